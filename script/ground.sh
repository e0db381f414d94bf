# Sourced by script/demo and script/test: what both need under their feet.

set -E
trap 'echo "$0 stopped at: $BASH_COMMAND" >&2' ERR

say() { printf '\n== %s\n' "$*"; }

give_up() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# Installs Debian packages where that is allowed, and otherwise says which command does.
install_packages() {
  local line="apt-get install -y --no-install-recommends $*" log
  command -v apt-get >/dev/null || give_up "Missing on this system (Debian's names): $*"
  [ "$(id -u)" = 0 ] || give_up "Missing on this system. As root, run: $line"
  say "Installing $*"
  log=$(mktemp)
  if { apt-get update -q && DEBIAN_FRONTEND=noninteractive $line -q; } >"$log" 2>&1; then
    rm "$log"
    return
  fi
  tail -20 "$log" >&2
  rm "$log"
  give_up "Could not be installed. By hand, as root: $line"
}

check_python() {
  command -v python3 >/dev/null || install_packages python3 python3-venv
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || give_up "Python 3.11 or newer is needed."
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
}

# Installs a hashed requirements file into .venv, unless exactly that was done before.
make_venv() {
  local file=$1 stamp
  check_python
  [ -x .venv/bin/pip ] || { say "Making .venv" && python3 -m venv .venv; }
  stamp=.venv/installed-$(sha256sum "$file" | cut -c1-16)
  [ -e "$stamp" ] && return
  say "Installing $file"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$file"
  touch "$stamp"
}

has_fonts() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname "$1" -print -quit 2>/dev/null)" ]; }

# Printing needs Pango, and letters of more than one alphabet.
check_printing() {
  local missing=()
  .venv/bin/python -c 'import weasyprint' 2>/dev/null || missing+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
  has_fonts 'DejaVuSans.ttf' || missing+=(fonts-dejavu-core)
  has_fonts 'NotoSans-Regular.*' || missing+=(fonts-noto-core)
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
  .venv/bin/python -c 'import weasyprint' || give_up "WeasyPrint still cannot find Pango."
}
