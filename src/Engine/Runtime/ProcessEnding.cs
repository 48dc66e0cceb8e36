using Sandbox.Launch;

namespace Sandbox.Runtime;

/// <summary>How a target ended, once its whole tree has.</summary>
internal sealed record ProcessEnding(DateTimeOffset Time, int? ExitCode, int? Signal, bool CoreDumped, bool OutOfMemory, ResourceUsage? Usage)
{
    /// <summary>
    /// From what the reaper left in the plan. One that was killed left nothing: <paramref name="killed"/> says whether SIGKILL is what
    /// ended the target then, by us or by the end of its pid namespace; otherwise nobody knows, and neither does this.
    /// </summary>
    public static ProcessEnding From(PlanMemory memory, bool killed, long oomKills, long? peak)
    {
        if (!memory.StatusKnown) return new(DateTimeOffset.Now, null, killed ? 9 : null, false, oomKills > 0, null);
        var status = memory.WaitStatus;
        var signal = status & 0x7f;
        return new(
            DateTimeOffset.Now,
            signal == 0 ? (status >> 8) & 0xff : null,
            signal == 0 ? null : signal,
            (status & 0x80) != 0,
            oomKills > 0,
            ResourceUsage.FromWords(memory.Usage(), peak));
    }
}
