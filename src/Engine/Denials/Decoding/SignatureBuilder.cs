using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>Makes the signatures of one architecture from their lines.</summary>
internal sealed class SignatureBuilder(CallAbi abi)
{
    private readonly ConstantSets _sets = new(abi);

    /// <summary>The signature of a call; null where no line has it.</summary>
    public CallSignature? Build(SyscallEntry entry, IEnumerable<SignatureLine> lines)
    {
        var all = lines.ToArray();
        // The line of an architecture counts more than the one of all.
        var own = all.Where(l => l.Selector is null).OrderByDescending(l => l.Architectures.Count > 0).FirstOrDefault();
        if (own is null) return null;
        var parameters = own.Parameters.Select((text, index) => text == "_" ? null : Make(entry, index, text)).ToArray();
        var signature = new CallSignature([.. parameters.OfType<Parameter>()]);
        foreach (var variant in all.Where(l => l.Selector is not null))
        {
            // A constant that the architecture lacks chooses nothing.
            if (Selected(variant.Value!) is not { } value) continue;
            var selector = parameters.First(p => p?.Name == variant.Selector)!;
            var its = Enumerable.Range(0, Math.Max(parameters.Length, variant.Parameters.Count)).Select(i =>
                i < variant.Parameters.Count && variant.Parameters[i] != "_" ? Make(entry, i, variant.Parameters[i]) : i < parameters.Length ? parameters[i] : null);
            signature.AddVariant(selector.Index, selector.Mask, value, new([.. its.OfType<Parameter>()]));
        }

        return signature;
    }

    private ulong? Selected(string constant) =>
        ArgumentConstants.Number(constant) ?? (ArgumentConstants.TryGet(abi.Architecture, constant, out var value) ? value
            : ArgumentConstants.IsKnown(constant) ? null : throw new InvalidOperationException($"There is no constant '{constant}'."));

    private Parameter Make(SyscallEntry entry, int index, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        string name = text[..at], kind = text[(at + 1)..];
        var mask = entry.IsNarrow(index) ? uint.MaxValue : ulong.MaxValue;
        if (kind is "path" || kind.StartsWith("path@", StringComparison.Ordinal)) return MakePath(index, name, kind);
        if (kind is "fd" or "dirfd") return new DescriptorParameter { Index = index, Name = name, IsDirectory = kind == "dirfd" };
        if (kind == "text") return new TextParameter(TargetText.PathMax) { Index = index, Name = name };
        var parts = kind.Split('?', '&');
        return new ValueParameter(_sets.Find(parts[0]))
        {
            Index = index, Name = name, Mask = mask,
            Needs = parts.Length == 3 ? (int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), ArgumentConstants.Number(parts[2])!.Value) : null,
        };
    }

    // path, path@directory, path@directory/flags, path@directory/*
    private static PathParameter MakePath(int index, string name, string kind)
    {
        int? directory = kind.Length > 5 ? kind[5] - '0' : null;
        var flags = kind.Length > 7 ? kind[7] : ' ';
        return new() { Index = index, Name = name, Directory = directory, Flags = char.IsAsciiDigit(flags) ? flags - '0' : null, MayBeEmpty = flags == '*' };
    }
}
