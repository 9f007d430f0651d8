#include "oom_rank.h"

#include "oom_log_check.h"
#include "oom_log_request.h"
#include "output/oom.h"
#include "source/errors.h"

namespace memkit {

int run_oom_rank(const Context& context) {
  // What is wrong on the command line is said first.
  const OomLogRequest request(context.args);
  const auto columns = infos(oom_columns());
  static_cast<void>(select_columns(columns, context.args.value("output").value_or("")));
  if (const auto key = context.args.value("sort")) static_cast<void>(find_column(columns, *key));
  if (context.args.has("check")) static_cast<void>(OomCheck(context));
  const Root root = context.root();
  throw RunError("there is no ranking of the processes of '" + root.name() +
                 "' yet; --log tells who was killed, and why");
}

}  // namespace memkit
