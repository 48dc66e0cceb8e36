using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>One line of CallSignatures.txt, for one of its names.</summary>
/// <param name="Call">The call.</param>
/// <param name="Architectures">Where it applies; empty for everywhere.</param>
/// <param name="Selector">The parameter whose value chooses it; null for the call's own line.</param>
/// <param name="Value">The constant of that value.</param>
/// <param name="Parameters">In order; "_" stands for one that isn't shown or, in a variant, is as in the call's own line; "-" for one that a variant doesn't show.</param>
internal sealed record SignatureLine(string Call, IReadOnlyList<string> Architectures, string? Selector, string? Value, IReadOnlyList<string> Parameters)
{
    public bool AppliesTo(SeccompArchitecture architecture) => Architectures.Count == 0 || Architectures.Contains(SeccompArchitectures.Name(architecture), StringComparer.Ordinal);

    public static IReadOnlyList<SignatureLine> ReadAll() => [.. DataLines.Read("Denials.CallSignatures.txt").SelectMany(Parse)];

    // name,name/architecture,architecture[parameter=CONSTANT,CONSTANT] parameter=kind …
    private static IEnumerable<SignatureLine> Parse((string Name, string Content) line)
    {
        var (head, variant) = Cut(line.Name, '[');
        var (names, architectures) = Cut(head, '/');
        var (selector, values) = Cut(variant?.TrimEnd(']') ?? "", '=');
        string[] places = architectures?.Split(',') ?? [], parameters = line.Content.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names.Split(','))
        {
            if (values is null) yield return new(name, places, null, null, parameters);
            else foreach (var value in values.Split(',')) yield return new(name, places, selector, value, parameters);
        }
    }

    private static (string Before, string? After) Cut(string text, char at)
    {
        var place = text.IndexOf(at, StringComparison.Ordinal);
        return place < 0 ? (text, null) : (text[..place], text[(place + 1)..]);
    }
}
