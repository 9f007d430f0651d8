#include "oom_rank.h"

#include "source/errors.h"

namespace memkit {

int run_oom_rank(const Context& context) {
  const Root root = context.root();
  throw RunError("there is no ranking of the processes of '" + root.name() +
                 "' yet; --log tells who was killed, and why");
}

}  // namespace memkit
