// What findings say of available, swap and pressure.
#include "output/lang/finding_messages.h"

namespace memkit {
namespace {

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
    {"process-dominates.unit",
     {"{unit} holds at least {unit_bytes} in {unit_processes_count} processes, {of_used_pct} of the memory in use.",
      "{unit} が {unit_processes_count} プロセスで少なくとも {unit_bytes} (使用中のメモリの {of_used_pct}) "
      "を保持しています。",
      "{unit} 的 {unit_processes_count} 个进程至少占用 {unit_bytes}，为已用内存的 {of_used_pct}。"}},
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
    {"swappiness-odd",
     {"vm.swappiness is 0: swap is used only when nothing else is left, just before killing.",
      "vm.swappiness が 0 です。スワップは他に手がなくなるまで使われず、強制終了の直前になります。",
      "vm.swappiness 为 0：直到无计可施、即将杀进程时才使用交换空间。"}},
    {"swappiness-odd.high",
     {"vm.swappiness is {swappiness}: it sends memory to disk before the page cache gives way.",
      "vm.swappiness が {swappiness} です。ページキャッシュより先にメモリをディスクへ追い出します。",
      "vm.swappiness 为 {swappiness}：会先于页缓存把内存换出到磁盘。"}},
    {"swappiness-odd!",
     {"The default is 60; above 100 is for compressed swap.", "既定は 60 です。100 を超える値は圧縮スワップ用です。",
      "默认值为 60；超过 100 只适合压缩交换。"}},
    {"overcommit-limit",
     {"Overcommit is off, and {committed_bytes} of {limit_bytes} ({committed_pct}) is promised: allocations fail next.",
      "オーバーコミット禁止の下で {limit_bytes} 中 {committed_bytes} ({committed_pct}) "
      "を約束済みです。次の割り当ては失敗します。",
      "已禁止过度分配，且 {limit_bytes} 中已承诺 {committed_bytes}（{committed_pct}）：接下来分配会失败。"}},
    {"overcommit-limit!",
     {"Add swap, raise vm.overcommit_ratio, or end what has reserved much and uses little.",
      "スワップを増やすか、vm.overcommit_ratio を上げるか、予約だけ大きいプログラムを終了してください。",
      "请增加交换空间、调高 vm.overcommit_ratio，或结束大量预留却很少使用的程序。"}},
    {"oom-recent",
     {"The kernel has killed for lack of memory since boot, {kills_count} in all, on the machine or in control groups.",
      "起動以来、メモリ不足による強制終了が {kills_count} 回ありました (マシン全体または cgroup 内)。",
      "自启动以来，内核因内存不足杀死进程 {kills_count} 次（整机或 cgroup 内）。"}},
    {"oom-recent.now",
     {"The kernel kills for lack of memory at this moment: {new_kills_count} between the samples.",
      "メモリ不足による強制終了が今起きています: 標本の間に {new_kills_count} 回。",
      "内核正在因内存不足杀死进程：两次采样之间 {new_kills_count} 次。"}},
    {"oom-recent.last",
     {"For lack of memory {victim} was killed {last_age_s} ago; kills in the kernel log: {log_kills_count}.",
      "{last_age_s}前に、メモリ不足のため {victim} が強制終了されました (カーネルログでは計 {log_kills_count} 回)。",
      "{last_age_s}前，{victim} 因内存不足被杀（内核日志中共 {log_kills_count} 次）。"}},
    {"oom-recent.log",
     {"For lack of memory {victim} was killed, says the kernel log; kills in it: {log_kills_count}.",
      "カーネルログによると、メモリ不足のため {victim} が強制終了されました (計 {log_kills_count} 回)。",
      "内核日志显示 {victim} 因内存不足被杀（共 {log_kills_count} 次）。"}},
    {"oom-recent!",
     {"The kernel log tells when, whom and why.", "時刻、対象、理由はカーネルログにあります。",
      "时间、对象和原因见内核日志。"}},
};

}  // namespace

std::span<const Message> shortage_messages() { return kMessages; }

}  // namespace memkit
