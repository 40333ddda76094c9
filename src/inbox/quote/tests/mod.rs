mod properties;
mod public;
mod rules;
