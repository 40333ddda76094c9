// What is wrong with the page as it stands, a line each: axe's findings, and a page wider than its window. A mail in a
// frame is no page of ours: nothing can run in it.
const done = arguments[arguments.length - 1];
const rules = { "target-size": { enabled: true } };
axe.run(document, { rules, resultTypes: ["violations"], iframes: false }).then((found) => {
  const lines = found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`));
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1 &&
      !one.closest(".wide"));
    lines.push(`wider than the window by ${scrollWidth - clientWidth}: ${wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 80))}`);
  }
  done(lines);
}, (error) => done([`axe: ${error}`]));
