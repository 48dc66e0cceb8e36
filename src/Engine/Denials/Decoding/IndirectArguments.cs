using System.Runtime.CompilerServices;

namespace Sandbox.Denials.Decoding;

/// <summary>Arguments that a call passes in memory, as socketcall(2) and the old mmap(2) do: so many words, which are those of another call.</summary>
internal sealed class IndirectArguments(int index, int count, CallSignature signature)
{
    /// <summary>Decodes them; each has the index of the argument that points to them.</summary>
    [SkipLocalsInit]
    public IReadOnlyList<DecodedArgument> Decode(ref CallContext call)
    {
        var address = call.Argument(index);
        if (address == 0) return [new(index, "args", "NULL")];
        var word = call.Abi.PointerSize;
        Span<byte> bytes = stackalloc byte[6 * 8];
        bytes = bytes[..(count * word)];
        if (TargetText.Read(call.Target, address, bytes) < bytes.Length) return [new(index, "args", TargetText.Unreadable(address))];
        Span<ulong> words = stackalloc ulong[6];
        for (var i = 0; i < count; i++) words[i] = call.Abi.Word(bytes, i * word);
        var inner = new CallContext(call.Abi, words[..count], call.Target);
        return [.. signature.Decode(ref inner).Select(argument => argument with { Index = index })];
    }
}
