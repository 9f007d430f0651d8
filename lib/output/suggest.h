#pragma once

#include <span>
#include <string>
#include <string_view>

namespace memkit {

/// The name that `word` was probably meant to be: the nearest by edit distance (a swap of neighbours counts once),
/// empty where none is near enough to be worth saying.
std::string_view nearest(std::string_view word, std::span<const std::string_view> names);

/// "; did you mean 'NAME'?" or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> names);

}  // namespace memkit
