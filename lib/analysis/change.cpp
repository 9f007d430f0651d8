#include "analysis/change.h"

namespace memkit {

Got<std::uint64_t> counted(const Got<std::uint64_t>& before, const Got<std::uint64_t>& after) {
  if (!before) return before;
  if (!after) return after;
  if (*after < *before) return Missing::malformed;
  return *after - *before;
}

Got<std::uint64_t> times(const Got<std::uint64_t>& count, const Got<std::uint64_t>& factor) {
  if (!count) return count;
  if (!factor) return factor;
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(*count, *factor, &product)) return Missing::malformed;
  return product;
}

Got<double> share_pct(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole) {
  if (!part) return part.missing();
  if (!whole) return whole.missing();
  if (*whole == 0) return Missing::absent;
  return 100 * static_cast<double>(*part) / static_cast<double>(*whole);
}

Change change_over(const Got<std::uint64_t>& count, double seconds) {
  return {count, count.transform([seconds](std::uint64_t n) { return static_cast<double>(n) / seconds; })};
}

}  // namespace memkit
