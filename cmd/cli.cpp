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

/// The option that `name` spells, whole or by an unambiguous beginning, as getopt_long has it.
const OptionSpec& by_name(std::span<const OptionSpec> table, std::string_view name) {
  std::vector<const OptionSpec*> begins;
  std::vector<std::string_view> all;
  for (const OptionSpec& spec : table) {
    for (const std::string_view known : {spec.name, spec.alias}) {
      if (known.empty()) continue;
      if (known == name) return spec;
      all.push_back(known);
      if (known.starts_with(name) && (begins.empty() || begins.back() != &spec)) begins.push_back(&spec);
    }
  }
  if (begins.size() == 1) return *begins.front();
  const std::string shown = for_terminal(name);
  if (begins.empty()) {
    const std::string_view near = nearest(name, all);
    throw UsageError("unknown option '--" + shown + "'" +
                     (near.empty() ? "" : "; did you mean '--" + std::string(near) + "'?"));
  }
  std::string list;
  for (const OptionSpec* spec : begins) list += (list.empty() ? "--" : ", --") + std::string(spec->name);
  throw UsageError("option '--" + shown + "' is ambiguous: " + list);
}

/// Spells every long option out and checks every letter, so that CLI11 meets known options alone.
void spell_out(std::span<const OptionSpec> table, std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    std::string& word = words[i];
    if (word.size() < 2 || word[0] != '-') continue;
    const OptionSpec* spec = nullptr;
    bool has_value = false;
    if (word[1] == '-') {
      const std::size_t equals = word.find('=');
      spec = &by_name(table, std::string_view(word).substr(2, equals == std::string::npos ? equals : equals - 2));
      has_value = equals != std::string::npos;
      if (has_value && spec->arg == Arg::none)
        throw UsageError(fmt::format("option '--{}' takes no value", spec->name));
      word = "--" + std::string(spec->name) + (has_value ? word.substr(equals) : "");
    } else {
      for (std::size_t j = 1; j < word.size() && !has_value; ++j) {
        spec = by_letter(table, word[j]);
        if (spec == nullptr) throw UsageError("unknown option '-" + for_terminal(word.substr(j, 1)) + "'");
        has_value = spec->arg == Arg::required && j + 1 < word.size();
      }
    }
    if (spec->arg == Arg::required && !has_value) {
      if (i + 1 == words.size())
        throw UsageError(fmt::format("option '--{}' needs a value: {}", spec->name, spec->value));
      ++i;  // the next word is its value, whatever it looks like
    }
  }
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
  spell_out(table, words);

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<CLI::Option*> options;
  for (const OptionSpec& spec : table) options.push_back(declare(app, spec));
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes words off the back
  } catch (const CLI::Error& error) {
    throw UsageError(error.what());
  }

  std::vector<Arguments::Given> given;
  for (std::size_t i = 0; i < table.size(); ++i) {
    std::vector<std::string> values;
    if (table[i].arg != Arg::none) values = options[i]->results();
    if (table[i].arg == Arg::optional) std::erase(values, kBareFlag);
    if (table[i].complete == Complete::choices) {
      for (const std::string& value : values) {
        if (("|" + std::string(table[i].choices) + "|").find("|" + value + "|") == std::string::npos || value.empty()) {
          throw UsageError(
              fmt::format("--{} takes {}, not '{}'", table[i].name, table[i].choices, for_terminal(value)));
        }
      }
    }
    given.push_back({&table[i], options[i]->count() > 0, std::move(values)});
  }
  refuse_exclusive(given);
  std::vector<std::string> positionals = app.remaining();
  if (!positionals.empty() && positionals.front() == "--") positionals.erase(positionals.begin());
  if (positionals.size() > max_positionals) {
    throw UsageError("unexpected argument '" + for_terminal(positionals[max_positionals]) + "'");
  }
  return {std::move(given), std::move(positionals)};
}

}  // namespace memkit
