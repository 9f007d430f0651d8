#include "cgroup_value.h"

#include "text.h"

namespace memkit {

Got<CgroupValue> parse_cgroup_value(std::string_view text) {
  std::string_view rest = without_padding(text);
  if (trim(take_line(rest)) == "max") return CgroupValue{CgroupValue::kUnlimited};
  return parse_number_file(text).transform(to_cgroup_value);
}

}  // namespace memkit
