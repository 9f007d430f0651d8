#include "output/column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "output/columns_free.h"
#include "output/columns_process.h"
#include "output/suggest.h"
#include "source/errors.h"

namespace memkit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr ColumnInfo kPid{"pid", "PID", Unit::none, Align::right, true, false, "id"};
constexpr ColumnInfo kPss{"pss", "PSS", Unit::bytes, Align::right, true, true, "share"};
constexpr ColumnInfo kVsz{"vsz", "VSZ", Unit::bytes, Align::right, false, true, "space", "vss"};
const std::vector<const ColumnInfo*> kTable = {&kPid, &kPss, &kVsz};

TEST(SelectColumns, ByList) {
  EXPECT_THAT(select_columns(kTable, ""), ElementsAre(0, 1));
  EXPECT_THAT(select_columns(kTable, "all"), ElementsAre(0, 1, 2));
  EXPECT_THAT(select_columns(kTable, "ALL"), ElementsAre(0, 1, 2));
  EXPECT_THAT(select_columns(kTable, "+vsz"), ElementsAre(0, 1, 2));
  EXPECT_THAT(select_columns(kTable, "+all"), ElementsAre(0, 1, 2));
  EXPECT_THAT(select_columns(kTable, "pss,pid"), ElementsAre(1, 0));
  EXPECT_THAT(select_columns(kTable, "Pss PID"), ElementsAre(1, 0));
}

TEST(SelectColumns, UnknownNamesAreNamed) {
  const auto message = [](std::string_view list) -> std::string {
    try {
      select_columns(kTable, list);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message("pid,pps"), HasSubstr("unknown column 'pps'; did you mean 'pss'?"));
  EXPECT_THAT(message("quite-other"), HasSubstr("columns: pid pss vsz"));
  EXPECT_THAT(message(","), HasSubstr("no column"));
  EXPECT_THAT(message("a\x1b"), HasSubstr("a\\x1b"));
}

TEST(FindColumn, ByNameOrAliasInAnyCase) {
  EXPECT_EQ(find_column(kTable, "VSS"), 2u);
  EXPECT_EQ(find_column(kTable, "vsz"), 2u);
  EXPECT_THROW(find_column(kTable, ""), UsageError);
}

TEST(JsonKey, EndsInTheUnit) {
  EXPECT_EQ(json_key(kPid), "pid");
  EXPECT_EQ(json_key(kPss), "pss_bytes");
  ColumnInfo column = kPid;
  column.id = "threads_count";
  column.unit = Unit::count;
  EXPECT_EQ(json_key(column), "threads_count") << "not twice";
  column.id = "share";
  column.unit = Unit::percent;
  EXPECT_EQ(json_key(column), "share_pct");
}

/// What help, completion and -o rest on: names that are unique, lower case, without blanks, each with its help.
TEST(ColumnTables, AreInOrder) {
  for (const auto& table : {infos(free_columns()), infos(breakdown_columns()), infos(process_columns())}) {
    std::vector<std::string_view> seen;
    for (const ColumnInfo* column : table) {
      EXPECT_EQ(column->id.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string_view::npos)
          << column->id;
      EXPECT_FALSE(column->help.empty()) << column->id;
      EXPECT_FALSE(column->help.ends_with('.')) << column->id;
      for (const std::string_view name : {column->id, column->alias}) {
        if (name.empty()) continue;
        EXPECT_EQ(std::count(seen.begin(), seen.end(), name), 0) << name;
        seen.push_back(name);
      }
    }
  }
}

constexpr std::string_view kNames[] = {"free", "smem", "pmap", "report"};

TEST(Suggest, WhatIsNear) {
  EXPECT_EQ(nearest("fre", kNames), "free");
  EXPECT_EQ(nearest("fere", kNames), "free") << "a swap counts once";
  EXPECT_EQ(nearest("reprot", kNames), "report");
  EXPECT_EQ(nearest("free", kNames), "free");
  EXPECT_EQ(did_you_mean("smme", kNames), "; did you mean 'smem'?");
}

TEST(Suggest, NothingFarOff) {
  EXPECT_EQ(nearest("xyz", kNames), "");
  EXPECT_EQ(nearest("", kNames), "");
  EXPECT_EQ(nearest(std::string(100000, 'a'), kNames), "") << "at once";
  EXPECT_EQ(did_you_mean("completely", kNames), "");
}

}  // namespace
}  // namespace memkit
