#include "output/lang/language.h"

namespace memkit {
namespace {

constexpr Message kMessages[] = {
    {"severity.info", {"info", "情報", "信息"}},
    {"severity.warning", {"warning", "警告", "警告"}},
    {"severity.critical", {"critical", "重大", "严重"}},
    {"severity.ok", {"ok", "正常", "正常"}},
    {"severity.unknown", {"unknown", "不明", "未知"}},
    {"host.unknown", {"(host name not known)", "(ホスト名不明)", "（主机名未知）"}},

    {"ok.available", {"{} of {} available", "{1} のうち {0} が利用可能", "{1} 中 {0} 可用"}},
    {"ok.pressure", {"no pressure", "メモリ待ちなし", "无内存压力"}},
    {"ok.kills", {"no kills", "強制終了なし", "无进程被杀"}},
    {"ok.join", {", ", "、", "，"}},
    {"unknown.available", {"what is available is not known", "利用可能なメモリ量が分かりません", "可用内存未知"}},
    {"with.cause", {"{} Cause: {}", "{}原因: {}", "{}原因：{}"}},

    {"label.cause", {"cause", "原因", "原因"}},
    {"label.explains", {"explains", "影響", "影响"}},
    {"label.evidence", {"evidence", "根拠", "依据"}},
    {"label.do", {"advice", "対処", "建议"}},
    {"label.next", {"next", "次の手", "下一步"}},
    {"label.limit", {"limit", "基準", "阈值"}},
    {"label.not-judged", {"Not judged", "未判定", "未判断"}},

    {"why.absent", {"not there", "存在しない", "不存在"}},
    {"why.denied", {"not for this user: run as root", "権限なし (root で実行)", "无权限（请以 root 运行）"}},
    {"why.hidden", {"hidden from this view", "この環境からは見えない", "在此视图中不可见"}},
    {"why.malformed", {"makes no sense", "値が不正", "数值无意义"}},
    {"why.skipped", {"left out on purpose", "意図的に省略", "有意略过"}},
    {"why.one_sample",
     {"needs two samples: --interval 2", "標本が 2 回必要 (--interval 2)", "需要两次采样（--interval 2）"}},
    {"why.other_view",
     {"meminfo and vmstat are not of one machine", "meminfo と vmstat が別のマシンのもの",
      "meminfo 与 vmstat 并非同一台机器"}},

    {"term.anonymous", {"anonymous memory", "無名メモリ", "匿名内存"}},
    {"term.page_cache", {"page cache", "ページキャッシュ", "页缓存"}},
    {"term.shmem", {"tmpfs and shared memory", "tmpfs・共有メモリ", "tmpfs 与共享内存"}},
    {"term.slab", {"slab", "スラブ", "slab"}},
    {"term.kernel_other", {"other kernel memory", "その他のカーネルメモリ", "其他内核内存"}},
    {"term.hugepages", {"huge pages", "ヒュージページ", "大页"}},
    {"term.compressed_swap", {"compressed swap", "圧縮スワップ", "压缩交换"}},
    {"term.free", {"free", "空き", "空闲"}},
    {"term.residual", {"memory that no field names", "内訳不明のメモリ", "未归类的内存"}},
};

}  // namespace

std::span<const Message> report_messages() { return kMessages; }

}  // namespace memkit
