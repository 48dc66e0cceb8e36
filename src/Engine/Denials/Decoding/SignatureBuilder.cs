using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>Makes the signatures of one architecture from their lines.</summary>
internal sealed class SignatureBuilder(CallAbi abi, ILookup<string, SignatureLine> lines)
{
    private const string Words = "words:";
    private readonly ParameterKinds _kinds = new(abi);

    /// <summary>The signature of a call; null where no line has it.</summary>
    public CallSignature? Build(SyscallEntry entry)
    {
        var all = lines[entry.Name].ToArray();
        // The line of an architecture counts more than the one of all.
        var own = all.Where(l => l.Selector is null).OrderByDescending(l => l.Architectures.Count > 0).FirstOrDefault();
        if (own is null) return null;
        var parameters = own.Parameters.Select((text, index) => text == "_" || IsIndirect(text) ? null : Make(entry, index, text)).ToArray();
        var signature = new CallSignature([.. parameters.OfType<Parameter>()]) { Indirect = Indirect(own) };
        foreach (var variant in all.Where(l => l.Selector is not null))
        {
            // A constant that the architecture lacks chooses nothing.
            if (Selected(variant.Value!) is not { } value) continue;
            var selector = parameters.First(p => p?.Name == variant.Selector)!;
            var its = Enumerable.Range(0, Math.Max(parameters.Length, variant.Parameters.Count)).Select(i =>
                i >= variant.Parameters.Count || variant.Parameters[i] == "_" ? parameters.ElementAtOrDefault(i)
                    : variant.Parameters[i] == "-" || IsIndirect(variant.Parameters[i]) ? null : Make(entry, i, variant.Parameters[i]));
            signature.AddVariant(selector.Index, selector.Mask, value, new([.. its.OfType<Parameter>()]) { Indirect = Indirect(variant) });
        }

        return signature;
    }

    private Parameter Make(SyscallEntry entry, int index, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return _kinds.Make(entry, index, text[..at], text[(at + 1)..]);
    }

    private static bool IsIndirect(string text) => text.StartsWith(Words, StringComparison.Ordinal);

    // words:socket@3: three words that are the arguments of socket(2)
    private IndirectArguments? Indirect(SignatureLine line)
    {
        for (var i = 0; i < line.Parameters.Count; i++)
        {
            if (!IsIndirect(line.Parameters[i])) continue;
            var parts = line.Parameters[i][Words.Length..].Split('@');
            var entry = SyscallTable.For(abi.Architecture).Find(parts[0]) ?? new SyscallEntry(parts[0], 0, null, null, null, null);
            return new(i, int.Parse(parts[1], CultureInfo.InvariantCulture), Build(entry)!);
        }

        return null;
    }

    private ulong? Selected(string constant) =>
        ArgumentConstants.Number(constant) ?? (ArgumentConstants.TryGet(abi.Architecture, constant, out var value) ? value
            : ArgumentConstants.IsKnown(constant) ? null : throw new InvalidOperationException($"There is no constant '{constant}'."));
}
