#include "source/errors.h"

#include <system_error>

namespace memkit {

std::string error_text(int error) { return std::generic_category().message(error); }

}  // namespace memkit
