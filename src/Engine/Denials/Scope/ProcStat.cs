using System.Buffers.Text;

namespace Sandbox.Denials;

/// <summary>What is needed of proc_pid_stat(5).</summary>
/// <param name="State">Such as R, S, Z.</param>
/// <param name="Parent">The parent's pid.</param>
/// <param name="Threads">How many threads it has.</param>
/// <param name="StartTicks">When it started, in hundredths of a second since boot: with the pid it names one process.</param>
internal readonly record struct ProcStat(char State, int Parent, int Threads, long StartTicks)
{
    /// <summary>False for a zombie; a process whose first thread has ended looks like one until its last has.</summary>
    public bool IsAlive => State is not ('Z' or 'X') || Threads > 1;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStat stat)
    {
        stat = default;
        // The name, in parentheses, may hold anything; no later field holds a parenthesis.
        var rest = text[(text.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        if (rest.IsEmpty || rest.Length == text.Length) return false;
        var state = (char)rest[0];
        var (parent, threads, start) = (0L, 0L, -1L);
        for (var field = 3; field <= 22; field++)
        {
            var end = rest.IndexOf((byte)' ');
            var word = end < 0 ? rest : rest[..end];
            if (field is 4 or 20 or 22)
            {
                if (!Utf8Parser.TryParse(word, out long value, out _)) return false;
                if (field == 4) parent = value;
                else if (field == 20) threads = value;
                else start = value;
            }

            if (end < 0) break;
            rest = rest[(end + 1)..];
        }

        stat = new(state, (int)parent, (int)threads, start);
        return start >= 0;
    }
}
