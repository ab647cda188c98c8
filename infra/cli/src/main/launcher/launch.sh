# Starts Cairn's command line. Read by ./cairn of the repository and by bin/cairn of an installation, under "set -u".

oldest=21

die() {
  printf 'cairn: %s\n' "$1" >&2
  exit 2
}

# The feature release of the Java in a folder; nothing if there is none. The file "release" says it without starting Java.
release_of() {
  [ -x "$1/bin/java" ] || return 1
  local release
  release="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)"
  if [ -z "$release" ]; then
    release="$("$1/bin/java" -XshowSettings:properties -version 2>&1 |
      sed -n 's/^ *java\.specification\.version = \([0-9]*\).*/\1/p')"
  fi
  printf '%s\n' "$release"
}

# The folder of a program on the path, links followed: .../bin/java is in the folder of its Java.
home_of_program() {
  local program
  program="$(command -v "$1")" || return 1
  program="$(readlink -f "$program" 2>/dev/null || printf '%s\n' "$program")"
  dirname "$(dirname "$program")"
}

# Candidates in the order in which they are tried: what the user chose, what the path has, the usual places.
candidates() {
  [ -n "${JAVA_HOME:-}" ] && printf '%s\n' "$JAVA_HOME"
  home_of_program javac
  home_of_program java
  if [ -x /usr/libexec/java_home ]; then
    /usr/libexec/java_home -v "$oldest+" 2>/dev/null
  fi
  local folder
  for folder in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -d "$folder" ] && printf '%s\n' "$folder"
  done
}

# find_java PROGRAM: the folder of the first Java of release 21 or later whose bin has the program: java, or javac of a JDK.
find_java() {
  local folder release
  while IFS= read -r folder; do
    [ -x "$folder/bin/$1" ] || continue
    release="$(release_of "$folder")"
    if [ -n "$release" ] && [ "$release" -ge "$oldest" ]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done < <(candidates)
  return 1
}

# Java decodes arguments and file names in the character set of the locale; in ASCII, a key such as ключ would be lost.
# locale knows whether the locale that the environment names is installed; where there is no locale, its name has to do.
is_utf8() {
  local charset
  if charset="$(locale charmap 2>/dev/null)"; then
    case "$charset" in [Uu][Tt][Ff]-8 | [Uu][Tt][Ff]8) return 0 ;; *) return 1 ;; esac
  fi
  case "${LC_ALL:-${LC_CTYPE:-${LANG:-}}}" in *[Uu][Tt][Ff]-8* | *[Uu][Tt][Ff]8*) return 0 ;; *) return 1 ;; esac
}

use_utf8() {
  # macOS: Java takes UTF-8 there, whatever the locale.
  if [ "$(uname -s)" != Darwin ] && ! is_utf8; then
    local utf8
    utf8="$(locale -a 2>/dev/null | grep -i -m 1 -E '^(C|en_US|.*)\.utf-?8$')"
    export LC_ALL="${utf8:-C.UTF-8}"
  fi
}

# The archive of the classes that commands load, as the JVM has them in memory: it halves the processor time of a command. The
# JVM ignores an archive that does not fit. An empty file says that this Java cannot make one.
#
#   archive_option JAVA CLASSPATH FOLDER    prints the option that uses the archive; nothing if there is none
archive_option() {
  local java="$1" classpath="$2" folder="$3" key archive create=ArchiveClassesAtExit use=SharedArchiveFile
  if [ "$(release_of "$java")" -ge 25 ]; then
    # An AOT cache holds linked classes and what the training run called.
    create=AOTCacheOutput use=AOTCache
  fi
  # Another Java, another jar, or a jar in another place needs another archive.
  key="$({
    set -f
    IFS=:
    printf '%s\n' "$java"
    cat "$java/release" 2>/dev/null
    # shellcheck disable=SC2086 # one path for each word
    ls -lnL $classpath 2>/dev/null
  } | cksum)"
  archive="$folder/cairn-${key%% *}.archive"
  if [ ! -e "$archive" ]; then
    mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] || return 0
    printf 'Preparing Cairn for this Java (once, a few seconds) ...\n' >&2
    find "$folder" -name 'cairn-*.archive*' -mtime +30 -exec rm -f {} + 2>/dev/null
    # A file of its own until it is whole: another command may start meanwhile.
    "$java/bin/java" "-XX:$create=$archive.$$" "${short[@]}" -cp "$classpath" dev.cairn.cli.TrainingRun >/dev/null 2>&1
    [ -s "$archive.$$" ] || : >"$archive.$$"
    mv -f "$archive.$$" "$archive" 2>/dev/null || return 0
  fi
  [ -s "$archive" ] && printf '%s\n' "-XX:$use=$archive"
}

# For a command that is over before the second compiler would pay. What the JVM has to say of the archive is of no use to users.
short=(-XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:disable --enable-native-access=ALL-UNNAMED)

# launch JAVA HOME VERSION CLASSPATH LOCAL FOLDER ARGUMENT...
#
# Becomes the command. HOME/.cairn says where the demo is; LOCAL is the class path of demo, cost and simulate, and of the list
# of commands; it is empty in an installation. The archive of classes is in FOLDER, if that can be written.
launch() {
  local java="$1" home="$2" version="$3" classpath="$4" local="$5" folder="$6" columns archive options
  shift 6
  options=("-Dcairn.home=$home" "-Dcairn.version=$version")
  if [ -t 1 ]; then
    options+=("-Dcairn.terminal=true")
    columns="$(tput cols 2>/dev/null)" && options+=("-Dcairn.columns=$columns")
  fi
  [ -t 2 ] && options+=("-Dcairn.terminal.err=true")
  case "${local:+local} ${1:-help}" in
    'local demo' | 'local cost')
      # On a machine of few cores, throughput counts more here than short pauses.
      options+=(-XX:+UseParallelGC --enable-native-access=ALL-UNNAMED)
      classpath="$local"
      ;;
    'local simulate' | 'local help' | 'local -h' | 'local --help')
      options+=("${short[@]}")
      classpath="$local"
      ;;
    *)
      options+=("${short[@]}")
      archive="$(archive_option "$java" "$classpath" "$folder")"
      [ -n "$archive" ] && options+=("$archive")
      ;;
  esac
  use_utf8
  exec "$java/bin/java" "${options[@]}" -cp "$classpath" dev.cairn.cli.Cairn "$@"
}
