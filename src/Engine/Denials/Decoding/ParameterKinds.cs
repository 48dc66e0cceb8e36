using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>The kinds that CallSignatures.txt names.</summary>
internal sealed class ParameterKinds(CallAbi abi)
{
    private readonly ConstantSets _sets = new(abi);

    /// <summary>Makes a parameter; an unknown kind is an error.</summary>
    public Parameter Make(SyscallEntry entry, int index, string name, string kind)
    {
        var selects = kind.EndsWith('!');
        var (what, needs) = Condition(kind.TrimEnd('!'));
        var (word, detail) = Cut(what, '@');
        var (group, own) = Cut(word, ':');
        var mask = entry.IsNarrow(index) ? uint.MaxValue : ulong.MaxValue;
        return group switch
        {
            "path" => MakePath(index, name, detail),
            "fd" or "dirfd" => new DescriptorParameter { Index = index, Name = name, IsDirectory = group == "dirfd", Needs = needs },
            "text" => new TextParameter(own is null ? TargetText.PathMax : Number(own)) { Index = index, Name = name, Needs = needs },
            "bytes" => new BytesParameter { Index = index, Name = name, Most = Number(own!), Length = detail is null ? null : Number(detail), Needs = needs },
            "sockaddr" => new SocketAddressParameter(Number(detail!)) { Index = index, Name = name },
            "msghdr" => new MessageParameter { Index = index, Name = name },
            "mmsghdr" => new MessageParameter { Index = index, Name = name, Count = Number(detail!) },
            "struct" => new StructParameter(StructLayout.Find(own!, abi, _sets), detail is null ? null : Number(detail)) { Index = index, Name = name, Needs = needs },
            _ => new ValueParameter(_sets.Find(group)) { Index = index, Name = name, Mask = mask, Needs = needs, Selects = selects },
        };
    }

    // kind?1&0x40 where argument 1 has the bit, kind?!1&0x40 where it hasn't.
    private static (string Kind, UseCondition? Needs) Condition(string kind)
    {
        var (what, condition) = Cut(kind, '?');
        if (condition is null) return (what, null);
        var (index, bits) = Cut(condition.TrimStart('!'), '&');
        return (what, new(Number(index), ArgumentConstants.Number(bits!)!.Value, !condition.StartsWith('!')));
    }

    // path, path@directory, path@directory/flags:bits, path@directory/*, path@directory/+
    private static PathParameter MakePath(int index, string name, string? detail)
    {
        if (detail is null) return new() { Index = index, Name = name };
        var (directory, empty) = Cut(detail, '/');
        var (flags, bits) = Cut(empty?.TrimEnd('+', '*') ?? "", ':');
        return new()
        {
            Index = index, Name = name, Directory = Number(directory), MayBeNull = empty is not null && empty.EndsWith('+'), IsAlwaysMayBeEmpty = empty == "*",
            MayBeEmpty = flags.Length == 0 ? null : new(Number(flags), bits is null ? AtEmptyPath : ArgumentConstants.Number(bits)!.Value),
        };
    }

    private const ulong AtEmptyPath = 0x1000;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static (string Before, string? After) Cut(string text, char at)
    {
        var place = text.IndexOf(at, StringComparison.Ordinal);
        return place < 0 ? (text, null) : (text[..place], text[(place + 1)..]);
    }
}
