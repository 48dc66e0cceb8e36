using System.Globalization;

namespace Sandbox.Denials.Decoding;

/// <summary>A descriptor with what it refers to, as strace -y writes it: <c>3&lt;/etc&gt;</c>, <c>AT_FDCWD</c>.</summary>
internal sealed class DescriptorParameter : Parameter
{
    private DecodedArgument? _workingDirectory;

    /// <summary>Whether it is one of a directory, which can be AT_FDCWD.</summary>
    public bool IsDirectory { get; init; }

    public override DecodedArgument Decode(ref CallContext call)
    {
        var fd = (int)Value(call);
        if (IsDirectory && fd == -100) return _workingDirectory ??= new(Index, Name, "AT_FDCWD");
        var number = fd.ToString(CultureInfo.InvariantCulture);
        return new(Index, Name, call.Descriptor(fd) is { } what ? $"{number}<{what}>" : number);
    }
}
