using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Sandbox.Denials.Decoding;

/// <summary>A struct msghdr, or an array of struct mmsghdr: to whom, in how many pieces, with how much beside.</summary>
internal sealed class MessageParameter : Parameter
{
    private const int MostShown = 4;

    /// <summary>The parameter with the number of an array's messages; null for one message.</summary>
    public int? Count { get; init; }

    public override DecodedArgument Decode(ref CallContext call)
    {
        var address = Value(call);
        if (address == 0) return new(Index, Name, "NULL");
        if (Count is not { } count)
        {
            var (text, path) = Message(ref call, address);
            return new(Index, Name, text) { FullPath = path };
        }

        var all = (uint)call.Argument(count);
        // struct mmsghdr: a message and an unsigned int.
        var stride = (ulong)(call.Abi.PointerSize == 8 ? 64 : 32);
        var list = new StringBuilder("[");
        string? first = null;
        for (uint i = 0; i < Math.Min(all, MostShown); i++)
        {
            var (text, path) = Message(ref call, address + (i * stride));
            list.Append(i == 0 ? "" : ", ").Append(text);
            first ??= path;
        }

        return new(Index, Name, list.Append(all > MostShown ? ", …]" : "]").ToString()) { FullPath = first };
    }

    [SkipLocalsInit]
    private static (string Text, string? FullPath) Message(ref CallContext call, ulong address)
    {
        var word = call.Abi.PointerSize;
        Span<byte> bytes = stackalloc byte[48];
        bytes = bytes[..(6 * word)];
        if (TargetText.Read(call.Target, address, bytes) < bytes.Length) return (TargetText.Unreadable(address), null);
        var (name, path) = SocketAddress.Read(ref call, call.Abi.Word(bytes, 0), call.Abi.Number(bytes.Slice(word, 4)));
        return (string.Create(CultureInfo.InvariantCulture, $"{{msg_name={name}, msg_iovlen={call.Abi.Word(bytes, 3 * word)}, msg_controllen={call.Abi.Word(bytes, 5 * word)}}}"), path);
    }
}
