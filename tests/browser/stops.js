// Notes what the keyboard comes to from now on, and returns how often the tab key has to be pressed at most.
const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
const seen = new Set();
const bad = [];
const name = (one) => one.outerHTML.slice(0, 90).replace(/\s+/g, " ");
const all = [...document.querySelectorAll(kinds)].filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility());
const group = (one) => (one.type === "radio" && one.name ? `radio ${one.form && [...document.forms].indexOf(one.form)} ${one.name}` : one);
addEventListener("focusin", ({ target }) => {
  seen.add(group(target));
  const { outlineStyle, outlineWidth } = getComputedStyle(target);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) bad.push(`no mark of the focus: ${name(target)}`);
  const { left, right, top, bottom, width } = target.getBoundingClientRect();
  if (right < 0 || bottom < 0 || left > innerWidth || top > innerHeight || width === 0) bad.push(`out of sight: ${name(target)}`);
});
all.filter((one) => one.tabIndex > 0).forEach((one) => bad.push(`an order of its own: ${name(one)}`));
window.missed = () => [...bad, ...all.filter((one) => !seen.has(group(one))).map((one) => `not reached: ${name(one)}`)];
document.activeElement.blur();
// A field for a day or a time has four stops, and a mail in a frame has its links.
const [days, frames] = ["input[type=date], input[type=time]", "iframe"].map((kind) => document.querySelectorAll(kind).length);
return all.length + 3 * days + 20 * frames + 1;
