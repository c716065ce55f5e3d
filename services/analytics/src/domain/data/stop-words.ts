const list = (words: string): string[] => words.split(/\s+/).filter(Boolean);

/** Words that say nothing of what a conversation is about; of Chinese ones the single characters join no other. */
export const STOP_WORDS: ReadonlySet<string> = new Set([
  ...list(`
    的 了 着 过 地 得 是 有 在 和 与 或 及 跟 同 对 把 被 给 让 向 从 到 由 为 以 于 按 比 就 都 也 还 又 再 才 只 很 太 更 最 挺 真
    好 不 没 别 勿 未 无 吗 呢 吧 啊 呀 哦 噢 嗯 哈 啦 嘛 哎 唉 喂 我 你 您 他 她 它 俺 咱 们 谁 啥 哪 那 这 某 每 各 几 多 少 些 个 位
    一 二 三 四 五 六 七 八 九 十 百 千 万 两 半 第 次 回 点 分 秒 时 年 月 日 天 号 周 上 下 里 外 内 前 后 中 左 右 来 去 要 想 会 能
    可 该 应 用 做 弄 搞 说 讲 问 看 听 叫 请 求 帮 等 行 对 呗 哟 诶 么 怎 咋 而 但 却 则 若 如 因 所 之 其 此 即 将 已 曾 刚 正 便
    我们 你们 您们 他们 她们 它们 咱们 大家 自己 别人 什么 怎么 怎样 怎么样 怎么办 为什么 为何 哪里 哪儿 哪个 哪些 那个 那些 那里 那边 那么
    这个 这些 这里 这边 这么 这样 那样 多少 多少钱 多久 几天 几个 几点 一个 一下 一直 一些 一点 一起 一样 一次 有没有 有点 没有 不是
    不能 不会 不要 不了 不到 不用 不行 不可以 可以 能够 应该 需要 想要 我要 我想 要求 是否 是不是 能不能 可不可以 会不会 还是 还有 已经 现在
    今天 昨天 明天 前天 后天 上午 下午 晚上 早上 中午 刚才 刚刚 马上 立刻 时候 什么时候 然后 但是 可是 不过 因为 所以 如果 虽然 而且 或者
    以及 关于 对于 请问 你好 您好 谢谢 感谢 麻烦 拜托 辛苦 不好意思 对不起 好的 好吧 好了 可能 知道 觉得 认为 看看 看到 问题 问一下 咨询
    情况 东西 事情 地方 这种 那种 就是 只是 都是 也是 为了 出来 起来 过来 过去 进去 下来 上去 人工 客服 帮忙 帮我 告诉 一会儿 来说 单元
    我的 你的 您的 他的 不知道 有人 没人 尽快 快点 赶紧 嗯嗯 哈哈 是的 对的 行吗 好吗 在吗 在不在 能否 如何 怎麼 什麼 沒有 為什麼 這個 那個
  `),
  ...list(`
    a an the and or but nor so if then than that this these those there here of to in on at by for from with without into onto
    over under about after before between during up down out off again as is am are was were be been being do does did doing
    done have has had having will would shall should can could may might must not no nor don't doesn't didn't won't can't cannot
    couldn't wouldn't isn't aren't wasn't weren't haven't hasn't hadn't i i'm i've i'd i'll me my mine myself you you're you've
    your yours he him his she her hers it it's its we we're we've us our ours they them their theirs who whom whose which what
    what's when where why how all any both each few more most other some such only own same too very just also still yet ever
    never always now today yesterday tomorrow soon please thanks thank hi hello hey dear ok okay yes yeah get got getting go
    going gone want wants wanted need needs needed know like make made much many lot one two way thing things something anything
    let see say said tell ask asked help could're there's that's s t m re ve ll d
  `),
]);
