// The only file that includes CLI11: it takes seconds to compile, and tens of them under sanitizers.
#include "cli.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <map>

#include "output/escape.h"
#include "output/suggest.h"
#include "source/errors.h"

namespace memkit {
namespace {

/// What CLI11 hands over for an optional value that was not given (its own word for a flag that is set).
constexpr std::string_view kBareFlag = "true";

const OptionSpec* by_letter(std::span<const OptionSpec> table, char letter) {
  for (const OptionSpec& spec : table) {
    if (letter != 0 && spec.letter == letter) return &spec;
  }
  return nullptr;
}

/// The options that `name` can mean: the one of this name, else all that begin with it, as getopt_long has it. One
/// that is not offered is meant by its whole name alone.
std::vector<const OptionSpec*> by_beginning(std::span<const OptionSpec> table, std::string_view name) {
  std::vector<const OptionSpec*> begins;
  for (const OptionSpec& spec : table) {
    if (spec.name == name || (!spec.alias.empty() && spec.alias == name)) return {&spec};
    if (!spec.instead.empty()) continue;
    if (spec.name.starts_with(name) || spec.alias.starts_with(name)) begins.push_back(&spec);
  }
  return begins;
}

const OptionSpec& by_name(std::span<const OptionSpec> table, std::string_view name) {
  const std::vector<const OptionSpec*> begins = by_beginning(table, name);
  if (begins.size() == 1) return *begins.front();
  const std::string shown = for_terminal(name);
  if (begins.empty()) {
    std::vector<std::string_view> all;
    for (const OptionSpec& spec : offered(table)) {
      all.push_back(spec.name);
      if (!spec.alias.empty()) all.push_back(spec.alias);
    }
    const std::string_view near = nearest(name, all);
    throw UsageError("unknown option '--" + shown + "'" +
                     (near.empty() ? "" : "; did you mean '--" + std::string(near) + "'?"));
  }
  std::string list;
  for (const OptionSpec* spec : begins) list += (list.empty() ? "--" : ", --") + std::string(spec->name);
  throw UsageError("option '--" + shown + "' is ambiguous: " + list);
}

std::string_view name_of(std::string_view word) { return word.substr(2, std::min(word.find('='), word.size()) - 2); }

[[noreturn]] void refuse_empty(const OptionSpec& spec) {
  throw UsageError(fmt::format("option '--{}' needs a value: {}", spec.name, spec.value));
}

void refuse_not_offered(const OptionSpec& spec, const std::string& word) {
  if (!spec.instead.empty()) throw UsageError(fmt::format("{} is not offered here: use {}", word, spec.instead));
}

/// Spells every long option out and checks every letter, so that CLI11 meets known options alone. Says of each option
/// of the table whether it is among the words.
std::vector<bool> spell_out(std::span<const OptionSpec> table, std::vector<std::string>& words) {
  std::vector<bool> named(table.size());
  const auto note = [&](const OptionSpec& spec) { named[static_cast<std::size_t>(&spec - table.data())] = true; };
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    std::string& word = words[i];
    if (word.size() < 2 || word[0] != '-') continue;
    const OptionSpec* spec = nullptr;
    bool has_value = false;
    if (word[1] == '-') {
      const std::size_t equals = word.find('=');
      spec = &by_name(table, name_of(word));
      refuse_not_offered(*spec, fmt::format("--{}", spec->name));
      note(*spec);
      has_value = equals != std::string::npos;
      if (has_value && spec->arg == Arg::none)
        throw UsageError(fmt::format("option '--{}' takes no value", spec->name));
      if (has_value && equals + 1 == word.size()) refuse_empty(*spec);
      // "=VALUE" tells the optional value "true" from CLI11's own word for none.
      word = "--" + std::string(spec->name) +
             (has_value ? word.substr(equals).insert(0, spec->arg == Arg::optional, '=') : "");
    } else {
      for (std::size_t j = 1; j < word.size() && !has_value; ++j) {
        spec = by_letter(table, word[j]);
        if (spec == nullptr) throw UsageError("unknown option '-" + for_terminal(word.substr(j, 1)) + "'");
        refuse_not_offered(*spec, fmt::format("-{}", spec->letter));
        note(*spec);
        has_value = spec->arg == Arg::required && j + 1 < word.size();
      }
    }
    if (spec != nullptr && spec->arg == Arg::required && !has_value) {
      // The next word is its value, whatever it looks like.
      if (++i == words.size() || words[i].empty()) refuse_empty(*spec);
    }
  }
  return named;
}

CLI::Option* declare(CLI::App& app, const OptionSpec& spec) {
  std::string names = "--" + std::string(spec.name);
  if (spec.letter != 0) names = std::string("-") + spec.letter + "," + names;
  CLI::Option* option =
      spec.arg == Arg::required ? app.add_option(names)->expected(1)->allow_extra_args(false) : app.add_flag(names);
  return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void refuse_exclusive(std::span<const Arguments::Given> given) {
  std::map<std::string_view, const OptionSpec*> taken;
  for (const Arguments::Given& one : given) {
    if (!one.given || one.spec->excludes.empty()) continue;
    const auto [other, is_new] = taken.emplace(one.spec->excludes, one.spec);
    if (!is_new) {
      throw UsageError(fmt::format("options --{} and --{} exclude each other", other->second->name, one.spec->name));
    }
  }
}

}  // namespace

Arguments parse_arguments(std::span<const OptionSpec> table, std::vector<std::string> words,
                          std::size_t max_positionals) {
  const std::vector<bool> named = spell_out(table, words);

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  // Those that are named, no more: CLI11 compares each new option with all before it, most of the work of a short run.
  std::vector<CLI::Option*> options(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (named[i]) options[i] = declare(app, table[i]);
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes words off the back
  } catch (const CLI::Error& error) {
    throw UsageError(error.what());
  }

  std::vector<Arguments::Given> given;
  for (std::size_t i = 0; i < table.size(); ++i) {
    std::vector<std::string> values;
    if (named[i] && table[i].arg != Arg::none) values = options[i]->results();
    if (table[i].arg == Arg::optional) {
      std::erase(values, kBareFlag);
      for (std::string& value : values) value.erase(0, 1);
    }
    if (table[i].complete == Complete::choices) {
      for (const std::string& value : values) {
        if (("|" + std::string(table[i].choices) + "|").find("|" + value + "|") == std::string::npos || value.empty()) {
          throw UsageError(
              fmt::format("--{} takes {}, not '{}'", table[i].name, table[i].choices, for_terminal(value)));
        }
      }
    }
    given.push_back({&table[i], named[i], std::move(values), named[i] ? options[i]->count() : 0});
  }
  refuse_exclusive(given);
  std::vector<std::string> positionals = app.remaining();
  if (!positionals.empty() && positionals.front() == "--") positionals.erase(positionals.begin());
  if (positionals.size() > max_positionals) {
    throw UsageError("unexpected argument '" + for_terminal(positionals[max_positionals]) + "'");
  }
  return {std::move(given), std::move(positionals)};
}

bool asks_for(std::span<const OptionSpec> table, std::span<const std::string> words, std::string_view flag) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word.size() < 2 || word[0] != '-') continue;
    const OptionSpec* last = nullptr;
    if (word[1] == '-') {
      const std::vector<const OptionSpec*> meant = by_beginning(table, name_of(word));
      if (meant.size() == 1 && word.find('=') == std::string::npos) last = meant.front();
      if (last != nullptr && last->name == flag) return true;
    }
    for (std::size_t j = 1; j < word.size() && word[1] != '-'; ++j) {
      last = by_letter(table, word[j]);
      if (last == nullptr) break;
      if (last->name == flag) return true;
      if (last->arg == Arg::required && j + 1 < word.size()) {
        last = nullptr;
        break;
      }
    }
    if (last != nullptr && last->arg == Arg::required) ++i;
  }
  return false;
}

}  // namespace memkit
