#include "output/json_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

using nlohmann::json;

std::string written(bool pretty, const auto& work) {
  const test::TempDir dir;
  const std::string file = dir.string() + "/out";
  Out out(open(file.c_str(), O_WRONLY | O_CREAT, 0600));
  JsonWriter writer(out, pretty);
  work(writer);
  out.finish();
  return test::slurp(file);
}

void everything(JsonWriter& w) {
  w.begin_object();
  w.field("text", "a\"b\\\n\x1b");
  w.field("invalid", std::string("\xff\xc3("));
  w.field("most", std::numeric_limits<std::uint64_t>::max());
  w.field("least", std::numeric_limits<std::int64_t>::min());
  w.field("half", 0.5);
  w.field("yes", true);
  w.field("missing", Got<std::uint64_t>(Missing::denied));
  w.field("got", Got<std::string>("here"));
  w.key("list");
  w.begin_array();
  w.value(1);
  w.value("two");
  w.null();
  w.begin_object();
  w.end_object();
  w.begin_array();
  w.end_array();
  w.end_array();
  w.key("inner");
  w.begin_object();
  w.field("key", 1);
  w.end_object();
  w.end_object();
  w.finish();
}

TEST(JsonWriter, WritesWhatAnotherParserReads) {
  const json expected = {{"text", "a\"b\\\n\x1b"},
                         {"invalid", "\uFFFD\uFFFD("},
                         {"most", 18446744073709551615u},
                         {"least", std::numeric_limits<std::int64_t>::min()},
                         {"half", 0.5},
                         {"yes", true},
                         {"missing", nullptr},
                         {"got", "here"},
                         {"list", {1, "two", nullptr, json::object(), json::array()}},
                         {"inner", {{"key", 1}}}};
  EXPECT_EQ(json::parse(written(false, everything)), expected);
  EXPECT_EQ(json::parse(written(true, everything)), expected);
}

TEST(JsonWriter, CompactIsOneLinePrettyIsIndented) {
  const auto small = [](JsonWriter& w) {
    w.begin_object();
    w.field("a", 1);
    w.key("b");
    w.begin_array();
    w.value(2);
    w.end_array();
    w.key("c");
    w.begin_object();
    w.end_object();
    w.end_object();
    w.finish();
  };
  EXPECT_EQ(written(false, small), "{\"a\":1,\"b\":[2],\"c\":{}}\n");
  EXPECT_EQ(written(true, small), "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ],\n  \"c\": {}\n}\n");
}

TEST(JsonWriter, WhatJsonHasNoFormForIsNull) {
  const std::string text = written(false, [](JsonWriter& w) {
    w.begin_array();
    w.value(std::nan(""));
    w.value(std::numeric_limits<double>::infinity());
    w.value(-std::numeric_limits<double>::infinity());
    w.value(1e300);
    w.value(-0.0);
    w.end_array();
    w.finish();
  });
  const json parsed = json::parse(text);
  EXPECT_TRUE(parsed[0].is_null() && parsed[1].is_null() && parsed[2].is_null());
  EXPECT_EQ(parsed[3], 1e300);
}

TEST(JsonWriter, DoublesKeepTheirValue) {
  for (const double number : {96.09218636591903, 1.0 / 3, 1e-7, 123456789.125, 5e-324}) {
    const std::string text = written(false, [&](JsonWriter& w) { w.value(number); });
    EXPECT_EQ(json::parse(text).get<double>(), number) << text;
  }
}

TEST(JsonWriter, DocumentsFollowEachOther) {
  const std::string text = written(false, [](JsonWriter& w) {
    for (int i = 0; i < 2; ++i) {
      w.begin_object();
      w.field("i", i);
      w.end_object();
      w.finish();
    }
  });
  EXPECT_EQ(text, "{\"i\":0}\n{\"i\":1}\n");
}

TEST(JsonWriter, KeysAreEscapedToo) {
  const std::string text = written(false, [](JsonWriter& w) {
    w.begin_object();
    w.field("a\"\n", 1);
    w.end_object();
  });
  EXPECT_EQ(json::parse(text)["a\"\n"], 1);
}

}  // namespace
}  // namespace memkit
