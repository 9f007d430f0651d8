#include <fmt/format.h>

#include "docgen.h"
#include "global_options.h"
#include "source/errors.h"

namespace memkit {
namespace {

constexpr std::string_view kBashHead = R"bash(# bash completion for memkit, made from the program's own tables

_memkit_choose() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }

# _memkit_list NAMES: comma lists, which may begin with "+"
_memkit_list() {
    local done= last=$cur
    case $cur in
        *,*) done=${cur%,*}, last=${cur##*,} ;;
        +*) done=+ last=${cur#+} ;;
    esac
    mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "$last")
    compopt -o nospace
}

_memkit_directory() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -d -- "$cur")
}

_memkit_file() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

_memkit() {
    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[0]##*/} i
    COMPREPLY=()
    # "--root=/x" comes as three words
    if [[ $cur == = ]]; then
        cur=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
    command=${command#memkit-}
    if [[ $command == memkit ]]; then
        command=
        for ((i = 1; i < COMP_CWORD; i++)); do
            case ${COMP_WORDS[i]} in
)bash";

constexpr std::string_view kFishHead = R"fish(# fish completion for memkit, made from the program's own tables

# Is COMMAND the command on the line; with no argument: is there none yet?
function __memkit_is
    set -l words (commandline -opc)
    set -l found
    set -l is_value 0
    for word in $words[2..]
        if test $is_value = 1
            set is_value 0
        else if contains -- $word )fish";

/// The names of all columns of a command, each once.
std::vector<const ColumnInfo*> all_columns(const Command& command) {
  std::vector<const ColumnInfo*> all;
  for (const ColumnGroup& group : command.columns ? command.columns() : std::vector<ColumnGroup>()) {
    for (const ColumnInfo* column : group.columns) {
      bool known = false;
      for (const ColumnInfo* other : all) known = known || other->id == column->id;
      if (!known) all.push_back(column);
    }
  }
  return all;
}

std::string spaced(std::string_view choices) {
  std::string text(choices);
  for (char& c : text) c = c == '|' ? ' ' : c;
  return text;
}

/// What an option's value can be, as words between spaces.
std::string value_words(const OptionSpec& spec, std::span<const ColumnInfo* const> columns) {
  if (spec.complete == Complete::choices) return spaced(spec.choices);
  std::string words = spec.complete == Complete::columns ? "all" : "";
  for (const ColumnInfo* column : columns) words += (words.empty() ? "" : " ") + std::string(column->id);
  return words;
}

std::vector<std::string> long_names(const OptionSpec& spec) {
  std::vector<std::string> names = {std::string(spec.name)};
  if (!spec.alias.empty()) names.emplace_back(spec.alias);
  return names;
}

std::string command_names(std::string_view prefix = "") {
  std::string names;
  for (const Command& command : commands()) {
    names += fmt::format("{}{}{}", names.empty() ? "" : " ", prefix, command.name);
  }
  return names;
}

/// The options before the command whose value is the next word.
std::string global_options_with_value(std::string_view separator) {
  std::string names;
  for (const OptionSpec& spec : kGlobalOptions) {
    if (spec.arg != Arg::required) continue;
    if (spec.letter != 0) names += fmt::format("{}-{}", names.empty() ? "" : separator, spec.letter);
    for (const std::string& name : long_names(spec))
      names += fmt::format("{}--{}", names.empty() ? "" : separator, name);
  }
  return names;
}

std::string bash_action(const OptionSpec& spec, std::span<const ColumnInfo* const> columns) {
  switch (spec.complete) {
    case Complete::nothing:
      return "";
    case Complete::file:
      return "_memkit_file; ";
    case Complete::directory:
      return "_memkit_directory; ";
    case Complete::columns:
      return fmt::format("_memkit_list '{}'; ", value_words(spec, columns));
    case Complete::column:
    case Complete::choices:
      return fmt::format("_memkit_choose '{}'; ", value_words(spec, columns));
  }
  return "";
}

/// The cases of one command (empty: none yet): the values of its options, then the options.
std::string bash_cases(std::string_view command, std::span<const OptionSpec> table,
                       std::span<const ColumnInfo* const> columns) {
  std::string cases;
  std::string options;
  for (const OptionSpec& spec : offered(table)) {
    std::string pattern;
    if (spec.letter != 0) {
      options += fmt::format("-{} ", spec.letter);
      pattern = fmt::format("{}:-{}|", command, spec.letter);
    }
    for (const std::string& name : long_names(spec)) {
      options += fmt::format("--{} ", name);
      pattern += fmt::format("{}:--{}|", command, name);
    }
    pattern.pop_back();
    if (spec.arg == Arg::required) {
      cases += fmt::format("        {}) {}return ;;\n", pattern, bash_action(spec, columns));
    }
  }
  options.pop_back();
  cases += fmt::format("        {}:*) [[ $cur != -* ]] || _memkit_choose '{}' ;;\n", command, options);
  return cases;
}

std::string bash() {
  std::string text(kBashHead);
  text += fmt::format("                {}) [[ ${{COMP_WORDS[i+1]}} != = ]] || ((++i)); ((++i)) ;;\n",
                      global_options_with_value("|"));
  text += "                -*) ;;\n                *) command=${COMP_WORDS[i]}; break ;;\n";
  text += "            esac\n        done\n    fi\n    case $command:$before in\n";
  for (const Command& command : commands()) text += bash_cases(command.name, command.options, all_columns(command));
  text += bash_cases("", kGlobalOptions, {});
  text += "    esac\n    if [[ -z $command && $cur != -* ]]; then\n";
  text += fmt::format("        _memkit_choose '{}'\n    fi\n}}\n\n", command_names());
  return text + fmt::format("complete -F _memkit memkit {}\n", command_names("memkit-"));
}

/// `text` as it stands between single quotes, with `special` characters behind a backslash.
std::string within_quotes(std::string_view text, std::string_view special = "") {
  std::string escaped;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return escaped;
}

std::string zsh_action(std::string_view command, const OptionSpec& spec) {
  switch (spec.complete) {
    case Complete::nothing:
      return " ";
    case Complete::file:
      return "_files";
    case Complete::directory:
      return "_directories";
    case Complete::choices:
      return fmt::format("({})", value_words(spec, {}));
    case Complete::column:
      return fmt::format("_memkit_{}_column", command);
    case Complete::columns:
      return fmt::format("_memkit_{}_columns", command);
  }
  return "";
}

std::string zsh_options(std::string_view command, std::span<const OptionSpec> table) {
  std::string text;
  for (const OptionSpec& spec : offered(table)) {
    std::vector<std::string> names;
    if (spec.letter != 0) names.push_back(fmt::format("-{}", spec.letter));
    for (const std::string& name : long_names(spec)) names.push_back("--" + name);
    const std::string instead = names.size() > 1 ? fmt::format("({})", fmt::join(names, " ")) : "";
    for (const std::string& name : names) {
      const std::string_view glued = spec.arg == Arg::none || (spec.arg == Arg::optional && name.size() == 2) ? ""
                                     : spec.arg == Arg::optional                                              ? "=-"
                                     : name.size() == 2                                                       ? "+"
                                                                                                              : "=";
      text += fmt::format(" \\\n        '{}{}{}[{}]", instead, name, glued, within_quotes(spec.help, "[]\\"));
      if (spec.arg != Arg::none)
        text += fmt::format("{}:{}:{}", glued == "=-" ? ":" : "", spec.value, zsh_action(command, spec));
      text += "'";
    }
  }
  return text;
}

std::string zsh_columns(const Command& command) {
  const std::vector<const ColumnInfo*> columns = all_columns(command);
  if (columns.empty()) return "";
  std::string values;
  for (const ColumnInfo* column : columns) {
    values += fmt::format(" \\\n        '{}[{}]'", column->id, within_quotes(column->help, "[]:\\"));
  }
  return fmt::format(
      "_memkit_{0}_column() {{\n    _values column{1}\n}}\n\n"
      "_memkit_{0}_columns() {{\n    compset -P +\n"
      "    _values -s , column 'all[every column]'{1}\n}}\n\n",
      command.name, values);
}

/// _arguments stands in _memkit itself: what it does to the words on the line ends with the function that called it.
constexpr std::string_view kZshMain = R"zsh(_memkit() {{
    local curcontext=$curcontext state line command=${{service#memkit-}} result=1
    local -A opt_args
    if [[ $command == memkit ]]; then
        _arguments -C -s -S{} \
        '(-): :_memkit_commands' '(-)*:: :->words' && result=0
        [[ $state == words ]] || return result
        command=$line[1]
    fi
    (( $+functions[_memkit_$command] )) && _memkit_$command
}}

_memkit "$@"
)zsh";

std::string zsh() {
  std::string text =
      fmt::format("#compdef memkit {}\n# zsh completion for memkit, made from the program's own tables\n\n",
                  command_names("memkit-"));
  std::string names;
  for (const Command& command : commands()) {
    text += zsh_columns(command);
    text += fmt::format("_memkit_{}() {{\n    _arguments -s -S{}\n}}\n\n", command.name,
                        zsh_options(command.name, command.options));
    names += fmt::format("\n        '{}:{}'", command.name, within_quotes(command.summary, "\\"));
  }
  text +=
      fmt::format("_memkit_commands() {{\n    local -a names=({}\n    )\n    _describe command names\n}}\n\n", names);
  return text + fmt::format(kZshMain, zsh_options("", kGlobalOptions));
}

std::string fish_options(std::string_view condition, std::span<const OptionSpec> table,
                         std::span<const ColumnInfo* const> columns) {
  std::string text;
  for (const OptionSpec& spec : offered(table)) {
    bool first = true;
    for (const std::string& name : long_names(spec)) {
      text += fmt::format("complete -c memkit -n '{}' -l {}", condition, name);
      if (spec.letter != 0 && first) text += fmt::format(" -s {}", spec.letter);
      first = false;
      switch (spec.arg == Arg::required ? spec.complete : Complete::nothing) {
        case Complete::nothing:
          text += spec.arg == Arg::required ? " -x" : "";
          break;
        case Complete::file:
          text += " -r -F";
          break;
        case Complete::directory:
          text += " -xa '(__fish_complete_directories)'";
          break;
        case Complete::choices:
        case Complete::column:
          text += fmt::format(" -xa '{}'", value_words(spec, columns));
          break;
        case Complete::columns:
          text += fmt::format(" -xa '(__fish_append , {})'", value_words(spec, columns));
          break;
      }
      text += fmt::format(" -d '{}'\n", within_quotes(spec.help, "\\"));
    }
  }
  return text;
}

std::string fish() {
  std::string text(kFishHead);
  text += global_options_with_value(" ") + R"fish(
            set is_value 1
        else if test -z "$found"; and not string match -q -- '-*' $word
            set found $word
        end
    end
    test "$found" = "$argv[1]"
end

complete -c memkit -f
)fish";
  for (const Command& command : commands()) {
    text += fmt::format("complete -c memkit-{0} -w 'memkit {0}'\n", command.name);
    text += fmt::format("complete -c memkit -n '__memkit_is' -a {} -d '{}'\n", command.name,
                        within_quotes(command.summary, "\\"));
    text += fish_options(fmt::format("__memkit_is {}", command.name), command.options, all_columns(command));
  }
  return text + fish_options("__memkit_is", kGlobalOptions, {});
}

}  // namespace

std::string completion(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  throw UsageError(fmt::format("no completion for '{}': bash, zsh or fish", shell));
}

}  // namespace memkit
