// --help, man pages and completion hold the same options and columns as the tables, no more and no less.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "analysis/findings/rules.h"
#include "cli/support.h"
#include "command.h"
#include "global_options.h"

namespace memkit {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsSupersetOf;
using Names = std::set<std::string>;

const std::string kManDir = MEMKIT_BUILD_DIR "/man/";
const std::string kBashFile = MEMKIT_BUILD_DIR "/completion/memkit";
const std::string kZshFile = MEMKIT_BUILD_DIR "/completion/_memkit";
const std::string kFishFile = MEMKIT_BUILD_DIR "/completion/memkit.fish";

/// A command, or (with no name) what stands before it.
struct Table {
  std::string name;
  std::span<const OptionSpec> options;
  std::vector<ColumnGroup> groups;

  [[nodiscard]] std::string words() const { return name.empty() ? "memkit" : "memkit " + name; }
  [[nodiscard]] std::string page() const { return kManDir + (name.empty() ? "memkit.1" : "memkit-" + name + ".1"); }
};

std::vector<Table> tables() {
  std::vector<Table> all{{"", kGlobalOptions, {}}};
  for (const Command& command : commands()) {
    all.push_back(
        {std::string(command.name), command.options, command.columns ? command.columns() : std::vector<ColumnGroup>()});
  }
  return all;
}

Names option_names(std::span<const OptionSpec> options) {
  Names names;
  for (const OptionSpec& spec : offered(options)) {
    names.insert("--" + std::string(spec.name));
    if (!spec.alias.empty()) names.insert("--" + std::string(spec.alias));
    if (spec.letter != 0) names.insert(std::string("-") + spec.letter);
  }
  return names;
}

Names column_names(const std::vector<ColumnGroup>& groups) {
  Names names;
  for (const ColumnGroup& group : groups) {
    for (const ColumnInfo* column : group.columns) names.emplace(column->id);
  }
  return names;
}

Names command_names() {
  Names names;
  for (const Command& command : commands()) names.emplace(command.name);
  return names;
}

Names names_of(const std::string& lines) {
  const std::vector<std::string> all = lines_of(lines);
  return {all.begin(), all.end()};
}

/// Leading options of a line: "-o, --output LIST   columns…" has -o and --output.
void add_leading_options(const std::string& line, Names& names) {
  for (std::string word : words_of(line)) {
    if (word[0] != '-') break;
    if (word.ends_with(',')) word.pop_back();
    names.insert(word.substr(0, word.find_first_of("=[")));
  }
}

std::string without(std::string text, std::string_view what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) text.erase(at, what.size());
  return text;
}

TEST(Docs, HelpShowsTheOptionsAndColumnsOfTheTable) {
  for (const Table& table : tables()) {
    SCOPED_TRACE(table.words());
    const Outcome help = run(words_of(table.words().substr(6) + " --help"));
    EXPECT_EQ(help.status, 0);
    EXPECT_EQ(help.err, "");
    Names options;
    Names columns;
    bool in_columns = false;
    for (const std::string& line : lines_of(help.out)) {
      if (!line.starts_with("  ")) {
        in_columns = line.starts_with("Columns");
      } else if (in_columns) {
        columns.insert(words_of(line).front());
      } else {
        add_leading_options(line, options);
      }
    }
    EXPECT_EQ(options, option_names(table.options));
    EXPECT_EQ(columns, column_names(table.groups));
  }
}

TEST(Docs, HelpFitsIntoEightyColumns) {
  for (const Table& table : tables()) {
    for (const std::string& line : lines_of(run(words_of(table.words().substr(6) + " --help")).out))
      EXPECT_LE(line.size(), 80u) << table.words() << ": " << line;
  }
}

TEST(Docs, EachCommandHasAPageAndEachPageACommand) {
  EXPECT_EQ(names_of(shell("cd '" + kManDir + "' && ls").out), [] {
    Names pages{"memkit.1"};
    for (const std::string& name : command_names()) pages.insert("memkit-" + name + ".1");
    return pages;
  }());
}

TEST(Docs, ManPagesListTheOptionsAndColumnsOfTheTable) {
  for (const Table& table : tables()) {
    SCOPED_TRACE(table.page());
    Names listed;
    Names mentioned;
    Names columns;
    std::string section;
    for (const std::string& line : lines_of(without(read_file(table.page()), "\\"))) {
      if (line.starts_with(".Sh ")) section = line.substr(4);
      const std::vector<std::string> words = words_of(line);
      for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] != "Fl" && words[i] != ".Fl") continue;
        mentioned.insert("-" + words[i + 1]);
        if (line.starts_with(".It ")) listed.insert("-" + words[i + 1]);
      }
      if (section == "COLUMNS" && line.starts_with(".It Cm ")) columns.insert(words[2]);
    }
    EXPECT_EQ(listed, option_names(table.options));
    EXPECT_THAT(option_names(table.options), IsSupersetOf(mentioned));
    EXPECT_EQ(columns, column_names(table.groups));
  }
}

TEST(Docs, ManPagesHaveTheSectionsThatWePromise) {
  for (const Table& table : tables()) {
    SCOPED_TRACE(table.page());
    const std::string text = read_file(table.page());
    for (const char* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES",
                                "SEE ALSO", "CAVEATS"}) {
      EXPECT_THAT(text, HasSubstr(std::string("\n.Sh ") + section + "\n"));
    }
    if (!table.groups.empty()) {
      EXPECT_THAT(text, HasSubstr("\n.Sh COLUMNS\n"));
    }
    EXPECT_THAT(text, testing::Not(testing::ContainsRegex("@[A-Z_]+@"))) << "a mark that nothing replaced";
  }
}

TEST(Docs, MandocFindsNothingToWarnOf) {
  SKIP_WITHOUT_TOOL("mandoc");
  for (const Table& table : tables()) {
    const Outcome lint = run({"-Tlint", "-Wwarning", table.page()}, {.program = "mandoc"});
    EXPECT_EQ(lint.status, 0) << lint.out << lint.err;
    EXPECT_EQ(lint.out, "");
  }
}

/// A command line of the documents, with the file that it stands in.
struct Example {
  std::string file;
  std::string line;
};

TEST(Docs, TheManPageOfReportNamesEveryFinding) {
  const std::string page = read_file(MEMKIT_SOURCE_DIR "/man/memkit-report.1.in");
  Names listed;
  for (const std::string& line : lines_of(page.substr(page.find(".Sh FINDINGS")))) {
    if (line.starts_with(".Sh") && line != ".Sh FINDINGS") break;
    if (!line.starts_with(".It Cm ")) continue;
    for (const std::string& word : words_of(line.substr(7))) {
      if (word != ",") listed.insert(word);
    }
  }
  Names ids;
  for (const Rule& rule : rules()) ids.emplace(rule.id);
  EXPECT_EQ(listed, ids);
}

/// Lines ".Dl $ memkit …" of the man pages.
std::vector<Example> man_examples() {
  std::vector<Example> examples;
  for (const Table& table : tables()) {
    for (const std::string& line : lines_of(without(read_file(table.page()), "\\&"))) {
      constexpr std::string_view kMark = ".Dl $ ";
      if (line.starts_with(kMark)) examples.push_back({table.page(), without(line.substr(kMark.size()), "\\")});
    }
  }
  return examples;
}

/// Lines of the README's blocks of "sh"; blocks without a language are not for every machine.
std::vector<Example> readme_examples() {
  std::vector<Example> examples;
  bool runs = false;
  for (const std::string& line : lines_of(read_file(MEMKIT_SOURCE_DIR "/README.md"))) {
    if (line.starts_with("```")) {
      runs = line == "```sh";
    } else if (runs) {
      examples.push_back({"README.md", line});
    }
  }
  return examples;
}

void expect_examples_run(const std::vector<Example>& examples) {
  TemporaryDir bin;
  ASSERT_EQ(symlink(memkit_binary().c_str(), (bin.path() + "/memkit").c_str()), 0);
  for (const auto& [file, line] : examples) {
    SCOPED_TRACE(file + ": " + line);
    const Outcome ran = shell("PATH=\"$BIN:$PATH\"; " + line, {.env = {"BIN=" + bin.path()}, .cwd = bin.path()});
    EXPECT_THAT(ran.status, AnyOf(0, 1, 2)) << ran.err;  // 1 and 2: what a monitoring plugin found
    EXPECT_TRUE(ran.out != "" || (ran.status == 1 && ran.err != "")) << "neither figures nor a reason";
    EXPECT_THAT(ran.err, testing::Not(HasSubstr("Try 'memkit")));
    EXPECT_THAT(ran.err, testing::Not(HasSubstr("not found")));
    EXPECT_THAT(ran.err, testing::Not(HasSubstr("jq: error")));
  }
}

TEST(Docs, ExamplesOfTheManPagesRun) {
  SKIP_WITHOUT_TOOL("jq");
  const std::vector<Example> examples = man_examples();
  EXPECT_GE(examples.size(), commands().size() * 2);
  expect_examples_run(examples);
}

TEST(Docs, ExamplesOfTheReadmeRun) {
  SKIP_WITHOUT_TOOL("jq");
  const std::vector<Example> examples = readme_examples();
  EXPECT_GE(examples.size(), commands().size() * 2);
  expect_examples_run(examples);
}

/// What bash offers for the last of `words`.
Names bash_offers(const std::vector<std::string>& words) {
  const std::string script =
      "compopt() { :; }; . \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _memkit; "
      "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"";
  std::vector<std::string> arguments{"--norc", "-c", script, kBashFile};
  arguments.insert(arguments.end(), words.begin(), words.end());
  const Outcome done = run(arguments, {.program = "bash"});
  EXPECT_EQ(done.err, "");
  return names_of(done.out);
}

TEST(BashCompletion, OffersTheOptionsOfTheTable) {
  SKIP_WITHOUT_TOOL("bash");
  EXPECT_EQ(run({"-n", kBashFile}, {.program = "bash"}).status, 0);
  for (const Table& table : tables()) {
    SCOPED_TRACE(table.words());
    std::vector<std::string> words = words_of(table.words() + " -");
    EXPECT_EQ(bash_offers(words), option_names(table.options));
    if (!table.name.empty()) {
      EXPECT_EQ(bash_offers({"/usr/bin/memkit-" + table.name, "-"}), option_names(table.options));
    }
  }
}

TEST(BashCompletion, OffersCommandsChoicesColumnsAndFolders) {
  SKIP_WITHOUT_TOOL("bash");
  EXPECT_EQ(bash_offers({"memkit", ""}), command_names());
  EXPECT_EQ(bash_offers({"memkit", "sm"}), Names{"smem"});
  EXPECT_EQ(bash_offers({"memkit", "--root", "/", "-J", "sm"}), Names{"smem"});
  EXPECT_EQ(bash_offers({"memkit", "--root", "=", "/", "sm"}), Names{"smem"});
  EXPECT_EQ(bash_offers({"memkit", "free", "--color", "a"}), (Names{"always", "auto"}));
  EXPECT_EQ(bash_offers({"memkit", "free", "--color", "="}), (Names{"always", "auto", "never"}));
  EXPECT_EQ(bash_offers({"memkit", "free", "--color", "=", "n"}), Names{"never"});
  EXPECT_EQ(bash_offers({"memkit", "free", "--count", ""}), Names{});
  EXPECT_EQ(bash_offers({"memkit", "free", ""}), Names{});

  EXPECT_EQ(bash_offers({"memkit", "smem", "-s", "thr"}), Names{"threads"});
  EXPECT_EQ(bash_offers({"memkit", "smem", "-o", "thr"}), Names{"threads"});
  EXPECT_EQ(bash_offers({"memkit", "smem", "-o", "pid,us"}), (Names{"pid,used", "pid,user", "pid,uss"}));
  EXPECT_EQ(bash_offers({"memkit", "smem", "-o", "+thr"}), Names{"+threads"});
  EXPECT_EQ(bash_offers({"memkit", "smem", "--output", "=", "al"}), Names{"all"});
  for (const Table& table : tables()) {
    if (table.groups.empty()) continue;
    Names all = column_names(table.groups);
    all.insert("all");
    EXPECT_EQ(bash_offers({"memkit", table.name, "--output", ""}), all);
  }

  TemporaryDir dir;
  dir.write("a folder/proc/meminfo", "");
  dir.write("a file", "");
  EXPECT_EQ(bash_offers({"memkit", "free", "--root", dir.path() + "/a"}), Names{dir.path() + "/a folder"});
}

/// What fish offers at the end of `line`, without descriptions.
Names fish_offers(const std::string& line) {
  const TemporaryDir home;  // fish makes folders there
  const Outcome done = run({"--no-config", "-c", "source $argv[1]; complete -C $argv[2]", kFishFile, line},
                           {.env = {"HOME=" + home.path()}, .program = "fish"});
  EXPECT_EQ(done.err, "");
  Names offers;
  for (const std::string& one : lines_of(done.out)) offers.insert(one.substr(0, one.find('\t')));
  return offers;
}

TEST(FishCompletion, OffersTheOptionsOfTheTable) {
  SKIP_WITHOUT_TOOL("fish");
  EXPECT_EQ(run({"-n", kFishFile}, {.program = "fish"}).status, 0);
  for (const Table& table : tables()) {
    SCOPED_TRACE(table.words());
    EXPECT_EQ(fish_offers(table.words() + " -"), option_names(table.options));
    if (!table.name.empty()) {
      EXPECT_EQ(fish_offers("memkit-" + table.name + " -"), option_names(table.options));
    }
  }
}

TEST(FishCompletion, OffersCommandsChoicesColumnsAndFolders) {
  SKIP_WITHOUT_TOOL("fish");
  EXPECT_EQ(fish_offers("memkit "), command_names());
  EXPECT_EQ(fish_offers("memkit --root / -J sm"), Names{"smem"});
  EXPECT_EQ(fish_offers("memkit free --color "), (Names{"always", "auto", "never"}));
  EXPECT_EQ(fish_offers("memkit smem -s thr"), Names{"threads"});
  EXPECT_EQ(fish_offers("memkit smem -o pid,us"), (Names{"pid,used", "pid,user", "pid,uss"}));
  EXPECT_EQ(fish_offers("memkit free "), Names{});
  TemporaryDir dir;
  dir.write("folder/proc/meminfo", "");
  dir.write("file", "");
  EXPECT_EQ(fish_offers("memkit free --root " + dir.path() + "/f"), Names{dir.path() + "/folder/"});
}

/// What zsh's completion functions are told: the arguments of _arguments, _values and _describe, a line each.
std::vector<std::string> zsh_specs(const std::string& service, const std::string& before = "") {
  const std::string stubs =
      "_arguments() { print -rl -- \"$@\" }; _values() { print -rl -- \"$@\" }; compset() { }; "
      "_describe() { print -rl -- \"${names[@]}\" }; service=$1; ";
  const Outcome done = run({"-f", "-c", stubs + "source $0; " + before, kZshFile, service}, {.program = "zsh"});
  EXPECT_EQ(done.err, "");
  return lines_of(done.out);
}

TEST(ZshCompletion, OffersTheOptionsOfTheTable) {
  SKIP_WITHOUT_TOOL("zsh");
  EXPECT_EQ(run({"-n", kZshFile}, {.program = "zsh"}).status, 0);
  for (const Table& table : tables()) {
    SCOPED_TRACE(table.words());
    Names names;
    for (std::string spec : zsh_specs(table.name.empty() ? "memkit" : "memkit-" + table.name)) {
      if (spec.find('[') == std::string::npos) continue;  // _arguments' own options, and positionals
      if (spec.starts_with('(')) spec.erase(0, spec.find(')') + 1);
      names.insert(spec.substr(0, spec.find_first_of("+=[")));
    }
    EXPECT_EQ(names, option_names(table.options));
  }
}

TEST(ZshCompletion, OffersCommandsAndColumns) {
  SKIP_WITHOUT_TOOL("zsh");
  Names names;
  for (const std::string& line : zsh_specs("memkit-none", "_memkit_commands"))
    names.insert(line.substr(0, line.find(':')));
  EXPECT_EQ(names, command_names());
  for (const Table& table : tables()) {
    if (table.groups.empty()) continue;
    Names columns;
    for (const std::string& line : zsh_specs("memkit-none", "_memkit_" + table.name + "_columns")) {
      if (line.ends_with(']')) columns.insert(line.substr(0, line.find('[')));
    }
    Names all = column_names(table.groups);
    all.insert("all");
    EXPECT_EQ(columns, all);
  }
}

}  // namespace
}  // namespace memkit
