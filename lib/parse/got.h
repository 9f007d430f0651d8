#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

namespace memkit {

/// Why a value is not there. The difference decides what may be said of it: an absent field is a fact
/// about the kernel, a denied one a fact about the reader.
enum class Missing : std::uint8_t {
  absent,     ///< the kernel, or the capture, does not have it
  denied,     ///< it exists, and this reader may not see it (EACCES, EPERM)
  hidden,     ///< it exists, and a view hides it (hidepid, cgroup.pressure 0, a namespace)
  malformed,  ///< it is there, and its text makes no sense (no number, underflow, overflow)
  skipped,    ///< it could be had, and was left out on purpose: a budget, a limit
};

/// A value, or the reason why there is none. Never holds a made-up zero: sums and rules must ask.
template <class T>
class Got {
 public:
  constexpr Got() = default;
  constexpr Got(T value) : value_(std::move(value)), has_(true) {}
  constexpr Got(Missing why) : why_(why) {}

  [[nodiscard]] constexpr bool has_value() const { return has_; }
  constexpr explicit operator bool() const { return has_; }
  constexpr const T& operator*() const { return value_; }
  constexpr const T* operator->() const { return &value_; }
  constexpr T* operator->() { return &value_; }

  /// Meaningful only where there is no value.
  [[nodiscard]] constexpr Missing missing() const { return why_; }
  [[nodiscard]] constexpr T value_or(T other) const { return has_ ? value_ : std::move(other); }

  /// The same reason where there is no value, f(value) where there is one.
  template <class F>
  [[nodiscard]] constexpr auto transform(F f) const -> Got<std::decay_t<std::invoke_result_t<F, const T&>>> {
    if (!has_) return why_;
    return f(value_);
  }

  friend constexpr bool operator==(const Got& a, const Got& b) {
    return a.has_ == b.has_ && (a.has_ ? a.value_ == b.value_ : a.why_ == b.why_);
  }

 private:
  T value_{};
  Missing why_ = Missing::absent;
  bool has_ = false;
};

/// a + b where both are known; else the reason of the first that is not.
template <class T>
constexpr Got<T> sum(const Got<T>& a, const Got<T>& b) {
  if (!a) return a;
  if (!b) return b;
  return static_cast<T>(*a + *b);
}

}  // namespace memkit
