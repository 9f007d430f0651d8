#include "output/oom.h"

#include <algorithm>
#include <array>

#include "command.h"
#include "oom_log.h"
#include "oom_log_options.h"
#include "oom_options.h"
#include "oom_rank.h"
#include "oom_rank_options.h"
#include "output/columns_oom_rank.h"

namespace memkit {
namespace {

/// The log's options, the ranking's, and those of both.
constexpr auto kOomOptions = [] {
  std::array<OptionSpec, std::size(kOomLogOptions) + std::size(kOomRankOptions) + std::size(kOomCommonOptions)> all{};
  auto* end = std::copy(std::begin(kOomLogOptions), std::end(kOomLogOptions), all.data());
  end = std::copy(std::begin(kOomRankOptions), std::end(kOomRankOptions), end);
  std::copy(std::begin(kOomCommonOptions), std::end(kOomCommonOptions), end);
  return all;
}();

int run_oom(const Context& context) {
  return wants_oom_log(context.args) ? run_oom_log(context) : run_oom_rank(context);
}

std::vector<ColumnGroup> column_groups() {
  return {{"Columns", infos(oom_rank_columns())},
          {"Columns of --log", infos(oom_columns())},
          {"Columns of --tasks", infos(oom_task_columns())}};
}

}  // namespace

const Command kOomCommand = {
    .name = "oom",
    .summary = "Who would be killed for want of memory, who was, and why",
    .question = "Who dies next if memory runs out? Who was killed, and why?",
    .usage = "[OPTION]... [FILE]...",
    .options = kOomOptions,
    .max_positionals = 1024,
    .columns = column_groups,
    .run = run_oom,
};

}  // namespace memkit
