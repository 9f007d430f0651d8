#include "cgroup_value.h"

#include "text.h"

namespace memkit {

Got<CgroupValue> parse_cgroup_value(std::string_view text) {
  std::string_view rest = without_padding(text);
  const std::string_view word = trim(take_line(rest));
  // v1 kernels before 3.19 print their RES_COUNTER_MAX; any other number from 2^63 up is an underflow.
  constexpr std::string_view kResCounterMax = "18446744073709551615";
  if (word == "max" || word == kResCounterMax) return CgroupValue{CgroupValue::kUnlimited};
  return parse_number_file(text).transform(to_cgroup_value);
}

}  // namespace memkit
