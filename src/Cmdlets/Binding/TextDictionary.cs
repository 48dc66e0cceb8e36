using System.Collections;
using System.Globalization;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Hashtables as the engine takes them.</summary>
internal static class TextDictionary
{
    public static IReadOnlyDictionary<string, string> Of(IDictionary? table) =>
        OfNullable(table).ToDictionary(e => e.Key, e => e.Value ?? throw new SandboxException("ResourceLimit,NULL", SandboxErrorKind.InvalidArgument, $"-ResourceLimit: {e.Key} has no value.", "Give a number, an expression, or 'unlimited'."), StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, string?> OfNullable(IDictionary? table)
    {
        var result = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        if (table is null) return result;
        foreach (DictionaryEntry entry in table)
        {
            result[Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? ""] = entry.Value is null ? null : Convert.ToString(entry.Value, CultureInfo.InvariantCulture);
        }

        return result;
    }
}
