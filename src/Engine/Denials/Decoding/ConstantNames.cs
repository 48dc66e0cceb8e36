using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>Names for the values of one kind of constant: those of a list of names, or of beginnings of names that end in *.</summary>
internal sealed class ConstantNames
{
    // Of several names of one value these are the usual ones; else the shortest is taken.
    private static readonly HashSet<string> Preferred = new(["AF_UNIX", "AF_NETLINK", "MAP_ANONYMOUS", "PR_SET_MM", "SOL_TCP", "SOL_IP", "PTRACE_TRACEME"], StringComparer.Ordinal);

    // Masks, limits and values of other parameters with the same beginning.
    private static readonly string[] Others = ["MAP_TYPE", "MAP_HUGE_", "MAP_SHARED_VALIDATE", "PR_SET_MM_", "PROT_NONE", "AF_MAX", "RLIMIT_NLIMITS", "PTRACE_EVENT", "PTRACE_O_", "SOL_SOCKET_", "KEYCTL_CAPS", "KEYCTL_SUPPORTS", "KEYCTL_MOVE_EXCL", "SCHED_FLAG", "SCHED_RESET", "CLOCK_REALTIME_", "MSG_CMSG_COMPAT", "CLONE_INTO"];
    private static readonly ConcurrentDictionary<string, ConstantNames> Known = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, string> _byValue = [];
    private readonly (ulong Bit, string Name)[] _bits;
    private readonly ConcurrentDictionary<ulong, string> _texts = new();

    private ConstantNames(string list)
    {
        foreach (var item in list.Split(','))
        {
            if (item.EndsWith('*')) AddPrefix(item[..^1]);
            else if (ArgumentConstants.TryGet(item, out var value)) _byValue[value] = item;
            else throw new InvalidOperationException($"Calls.txt names {item}, which is no constant.");
        }

        _bits = [.. _byValue.Where(c => ulong.IsPow2(c.Key)).OrderBy(c => c.Key).Select(c => (c.Key, c.Value))];
    }

    public static ConstantNames Of(string list) => Known.GetOrAdd(list, l => new ConstantNames(l));

    /// <summary>The name of a value, or the number.</summary>
    public string One(ulong value) => _byValue.TryGetValue(value, out var name) ? name : ArgumentText.Number(value);

    /// <summary>The names of the bits, joined by |; what has none as a hexadecimal number at the end.</summary>
    public string Flags(ulong value)
    {
        if (_texts.TryGetValue(value, out var known)) return known;
        var text = Join(value, _bits);
        // Programs use few combinations; a hostile one could make many.
        if (_texts.Count < 256) _texts[value] = text;
        return text;
    }

    public static string Join(ulong value, IEnumerable<(ulong Bit, string Name)> bits)
    {
        if (value == 0) return "0";
        var text = new StringBuilder();
        foreach (var (bit, name) in bits)
        {
            if ((value & bit) != bit) continue;
            value &= ~bit;
            text.Append(text.Length == 0 ? "" : "|").Append(name);
        }

        if (value != 0) text.Append(text.Length == 0 ? "" : "|").Append(CultureInfo.InvariantCulture, $"0x{value:x}");
        return text.ToString();
    }

    private void AddPrefix(string prefix)
    {
        foreach (var name in ArgumentConstants.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && !Others.Any(o => n.StartsWith(o, StringComparison.Ordinal))))
        {
            ArgumentConstants.TryGet(name, out var value);
            if (!_byValue.TryGetValue(value, out var other) || Preferred.Contains(name) || (!Preferred.Contains(other) && name.Length < other.Length)) _byValue[value] = name;
        }
    }
}
