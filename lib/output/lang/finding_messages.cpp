#include "output/lang/language.h"

namespace memkit {
namespace {

/// In the order of the table of rules. Sentences of a finding name its evidence; "ID!" is what to do.
constexpr Message kMessages[] = {
    {"available-low",
     {"Only {available_bytes} ({available_pct} of {ram_bytes}) is available.",
      "利用可能なメモリが {available_bytes} ({ram_bytes} の {available_pct}) しかありません。",
      "可用内存仅剩 {available_bytes}（{ram_bytes} 的 {available_pct}）。"}},
    {"available-low.kind",
     {"Only {available_bytes} ({available_pct} of {ram_bytes}) is available; the largest part is {kind_term}: "
      "{kind_bytes}, {kind_pct}.",
      "利用可能なメモリが {available_bytes} ({ram_bytes} の {available_pct}) しかありません。最も多いのは{kind_term}で "
      "{kind_bytes} ({kind_pct}) です。",
      "可用内存仅剩 {available_bytes}（{ram_bytes} 的 "
      "{available_pct}）；占用最多的是{kind_term}：{kind_bytes}（{kind_pct}）。"}},
    {"available-low.holder",
     {"Only {available_bytes} ({available_pct} of {ram_bytes}) is available: {holder} holds {holder_bytes}, "
      "{holder_pct} of RAM.",
      "利用可能なメモリが {available_bytes} ({ram_bytes} の {available_pct}) しかありません。{holder} が "
      "{holder_bytes} "
      "(全メモリの {holder_pct}) を保持しています。",
      "可用内存仅剩 {available_bytes}（{ram_bytes} 的 {available_pct}）：{holder} 占用 {holder_bytes}，为物理内存的 "
      "{holder_pct}。"}},
    {"available-low!",
     {"End or move what holds the memory, or add RAM. Dropping caches gives nothing: what is available counts them "
      "already.",
      "メモリを保持しているものを終了または移動するか、メモリを増設してください。キャッシュの破棄は無意味です "
      "(利用可能量に算入済み)。",
      "请结束或迁移占用内存的程序，或增加内存。清空缓存没有帮助：可用内存已计入缓存。"}},
    {"process-dominates",
     {"{holder} holds {holder_bytes}, {of_used_pct} of the memory in use.",
      "{holder} が使用中のメモリの {of_used_pct} ({holder_bytes}) を保持しています。",
      "{holder} 占用 {holder_bytes}，为已用内存的 {of_used_pct}。"}},
    {"process-dominates!",
     {"Watch whether it grows: a leak, or a size that was configured?",
      "増え続けるか監視し、メモリリークか設定どおりの大きさかを判断してください。",
      "请观察它是否持续增长：是内存泄漏，还是配置的大小？"}},
    {"psi-some",
     {"Some tasks lost {some_avg10_pct} of the last 10 seconds waiting for memory.",
      "直近 10 秒のうち {some_avg10_pct} の時間、一部のタスクがメモリ待ちで停止しました。",
      "最近 10 秒内，部分任务有 {some_avg10_pct} 的时间在等待内存。"}},
    {"psi-some!",
     {"See which control groups stall. Booting and backups do this for a while, harmlessly.",
      "どの cgroup が停止しているか確認してください。起動直後やバックアップ中の一時的な上昇は無害です。",
      "请查看哪些 cgroup 发生停顿。开机和备份期间的短暂升高是正常的。"}},
    {"psi-full",
     {"All tasks at once lost {full_avg10_pct} of the last 10 seconds waiting for memory ({full_avg60_pct} of the last "
      "minute).",
      "直近 10 秒のうち {full_avg10_pct} (直近 1 分では {full_avg60_pct}) "
      "の時間、全タスクが同時にメモリ待ちで停止しました。",
      "最近 10 秒内，所有任务有 {full_avg10_pct} 的时间同时在等待内存（最近 1 分钟为 {full_avg60_pct}）。"}},
    {"psi-full!",
     {"Work is lost at this moment: find who stalls, and shrink, limit or move it.",
      "現に処理が止まっています。停止しているものを特定し、縮小・制限・移動してください。",
      "当前已有工作停滞：找出停顿者，缩减、限制或迁移它。"}},
    {"file-thrashing",
     {"File pages are evicted and read back at {refault_bytes_per_s}: the page cache of {file_lru_bytes} is too small "
      "for what runs.",
      "ファイルのページが追い出されては {refault_bytes_per_s} で読み直されています。ページキャッシュ {file_lru_bytes} "
      "では実行中の処理に足りません。",
      "文件页被回收后又以 {refault_bytes_per_s} 的速度重新读入：{file_lru_bytes} 的页缓存不足以支撑当前负载。"}},
    {"file-thrashing!",
     {"It needs RAM, or less work beside it. Dropping caches makes it worse.",
      "メモリの増設か、同居する処理の削減が必要です。キャッシュの破棄は悪化させます。",
      "需要增加内存或减少同机负载。清空缓存只会更糟。"}},
    {"swap-thrashing",
     {"Pages go to swap and come back at once: {swap_in_bytes_per_s} in, {swap_out_bytes_per_s} out, with tasks "
      "stalled "
      "{some_pct} of the time.",
      "スワップへの追い出しと読み戻しが同時に続いています: 読み込み {swap_in_bytes_per_s}、書き出し "
      "{swap_out_bytes_per_s}、停止時間 {some_pct}。",
      "页面同时换出和换入：换入 {swap_in_bytes_per_s}，换出 {swap_out_bytes_per_s}，任务停顿时间占 {some_pct}。"}},
    {"swap-thrashing!",
     {"The working set is larger than RAM: end, shrink or move the largest process.",
      "ワーキングセットが物理メモリを超えています。最大のプロセスを終了・縮小・移動してください。",
      "工作集大于物理内存：结束、缩减或迁移最大的进程。"}},
    {"swap-full",
     {"Swap is full: {used_bytes} of {total_bytes} ({used_pct}) is used.",
      "スワップが満杯です: {total_bytes} 中 {used_bytes} ({used_pct}) を使用しています。",
      "交换空间已满：{total_bytes} 中已用 {used_bytes}（{used_pct}）。"}},
    {"swap-full.half",
     {"More than half of the swap is used: {used_bytes} of {total_bytes} ({used_pct}).",
      "スワップの半分以上を使用しています: {total_bytes} 中 {used_bytes} ({used_pct})。",
      "交换空间已用过半：{total_bytes} 中已用 {used_bytes}（{used_pct}）。"}},
    {"swap-full!",
     {"Pages that lie in swap and are not read back cost nothing; what counts is whether they come back.",
      "スワップに置かれたまま読み戻されないページは無害です。読み戻しの有無が問題です。",
      "换出后不再读回的页面没有代价；关键看它们是否被换入。"}},
    {"no-swap", {"There is no swap.", "スワップがありません。", "没有配置交换空间。"}},
    {"no-swap!",
     {"No fault; a small swap gives the kernel a place for memory that is never used again.",
      "異常ではありません。小さなスワップがあれば、二度と使われないメモリの退避先になります。",
      "这不是故障；少量交换空间可以存放不再使用的内存。"}},
    {"anon-growth",
     {"Anonymous memory grows by {grown_bytes_per_s} at the cost of the page cache: what is available lasts {left_s} "
      "at "
      "this rate.",
      "無名メモリが {grown_bytes_per_s} で増え、ページキャッシュを圧迫しています。この速度では利用可能メモリは "
      "{left_s} で尽きます。",
      "匿名内存以 {grown_bytes_per_s} 的速度增长并挤占页缓存：照此速度，可用内存还能维持 {left_s}。"}},
    {"anon-growth!",
     {"Two samples show growth, not a leak: track the processes that grow.",
      "2 回の標本で分かるのは増加であり、リークとは限りません。増えるプロセスを追跡してください。",
      "两次采样只说明增长，不等于泄漏：请跟踪增长的进程。"}},
    {"slab-unreclaimable",
     {"The kernel holds {size_bytes} ({share_pct} of RAM) in slab that does not give way.",
      "回収できないスラブが {size_bytes} (全メモリの {share_pct}) あります。",
      "内核持有 {size_bytes} 不可回收的 slab（物理内存的 {share_pct}）。"}},
    {"slab-unreclaimable.growth",
     {"Slab that does not give way grew by {grown_bytes} between the samples, to {size_bytes}.",
      "回収できないスラブが標本の間に {grown_bytes} 増え、{size_bytes} になりました。",
      "不可回收的 slab 在两次采样之间增长 {grown_bytes}，达到 {size_bytes}。"}},
    {"slab-unreclaimable!",
     {"Find the cache that holds it; booting with slab_nomerge tells merged caches apart, kmemleak finds who forgot "
      "it.",
      "保持しているキャッシュを特定してください。slab_nomerge で起動すると併合されたキャッシュを区別でき、kmemleak "
      "で解放漏れを探せます。",
      "请找出占用的缓存；以 slab_nomerge 启动可区分合并的缓存，kmemleak 可查找未释放者。"}},
    {"slab-reclaimable-large",
     {"Slab holds {size_bytes} ({share_pct} of RAM), {reclaimable_bytes} of it reclaimable: a cache, not a leak.",
      "スラブが {size_bytes} (全メモリの {share_pct}) あり、うち {reclaimable_bytes} "
      "は回収可能です。リークではなくキャッシュ"
      "です。",
      "slab 占用 {size_bytes}（物理内存的 {share_pct}），其中 {reclaimable_bytes} 可回收：这是缓存，不是泄漏。"}},
    {"slab-reclaimable-large!",
     {"Nothing has to be done: it shrinks when memory is asked for. Do not drop caches in production.",
      "対処は不要です。メモリが求められれば縮みます。本番環境でキャッシュを破棄しないでください。",
      "无需处理：需要内存时会自动收缩。不要在生产环境清空缓存。"}},
    {"unaccounted",
     {"No field of the kernel names {size_bytes} ({share_pct} of RAM).",
      "カーネルのどの項目にも現れないメモリが {size_bytes} (全メモリの {share_pct}) あります。",
      "有 {size_bytes}（物理内存的 {share_pct}）未出现在内核的任何字段中。"}},
    {"unaccounted!",
     {"Look at drivers: network rings, GPU, a hypervisor's balloon, dma-buf.",
      "ドライバを調べてください: ネットワークのリングバッファ、GPU、ハイパーバイザのバルーン、dma-buf。",
      "请检查驱动程序：网络环形缓冲区、GPU、虚拟机气球、dma-buf。"}},
    {"pagetables-heavy",
     {"Page tables take {size_bytes} ({share_pct} of RAM).",
      "ページテーブルが {size_bytes} (全メモリの {share_pct}) を占めています。",
      "页表占用 {size_bytes}（物理内存的 {share_pct}）。"}},
    {"pagetables-heavy!",
     {"Many processes map one large region: give it huge pages, or run fewer processes.",
      "多数のプロセスが大きな領域を共有しています。ヒュージページを使うか、プロセス数を減らしてください。",
      "许多进程映射同一块大内存：请使用大页，或减少进程数。"}},
};

}  // namespace

std::span<const Message> finding_messages() { return kMessages; }

}  // namespace memkit
