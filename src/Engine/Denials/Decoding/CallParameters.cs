using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>The parameters of each call that can be decoded, from Calls.txt.</summary>
internal static class CallParameters
{
    private static readonly Dictionary<string, CallParameter[]> ByName = Load();
    private static readonly CallParameter[] None = [];

    /// <summary>The calls of the table.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    public static CallParameter[] Of(SeccompArchitecture architecture, SyscallEntry call)
    {
        // The i386 mmap takes a pointer to its arguments (old_mmap of mm/mmap.c).
        if (architecture == SeccompArchitecture.X86 && call.Name == "mmap") return None;
        return ByName.TryGetValue(call.Name, out var known) ? known : None;
    }

    private static Dictionary<string, CallParameter[]> Load()
    {
        var table = new Dictionary<string, CallParameter[]>(StringComparer.Ordinal);
        foreach (var line in SeccompResources.ReadLines("Calls.txt"))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var words = line.Split(' ');
            table.Add(words[0], [.. words.Skip(1).Select(Parse).OfType<CallParameter>()]);
        }

        return table;
    }

    private static CallParameter? Parse(string word, int index)
    {
        if (word == "-") return null;
        var (name, text) = Cut(word, '=');
        var (before, constants) = Cut(text, ':');
        var (kind, other) = Cut(before, '@');
        return new(index, name, Enum.Parse<ParameterKind>(kind, ignoreCase: true), other.Length == 0 ? -1 : int.Parse(other, CultureInfo.InvariantCulture),
            constants.Length == 0 ? null : ConstantNames.Of(constants));
    }

    private static (string Before, string After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }
}
