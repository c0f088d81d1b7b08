// Light or dark: as the system has it, or as chosen. Runs before the page is drawn, so that nothing flashes.

const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');

function chosen() {
  const kept = localStorage.getItem('vedette.theme');
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

function apply() {
  const theme = chosen();
  root.dataset.theme = theme === 'auto' ? (system.matches ? 'dark' : 'light') : theme;
  root.dataset.themeChoice = theme;
  document.dispatchEvent(new CustomEvent('vedette:theme'));
}

function choose(theme) {
  if (theme === 'auto') {
    localStorage.removeItem('vedette.theme');
  } else {
    localStorage.setItem('vedette.theme', theme);
  }
  apply();
}

system.addEventListener('change', apply);
apply();
globalThis.vedetteTheme = {chosen, choose};
