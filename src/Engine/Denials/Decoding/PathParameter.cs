namespace Sandbox.Denials.Decoding;

/// <summary>A path, from the root, from a directory's descriptor, or from the working directory.</summary>
internal sealed class PathParameter : Parameter
{
    private const int AtFdCwd = -100;
    private const ulong AtEmptyPath = 0x1000;

    /// <summary>The parameter that holds the directory; null for the working directory.</summary>
    public int? Directory { get; init; }

    /// <summary>The parameter whose flags may hold AT_EMPTY_PATH; null where there is none.</summary>
    public int? Flags { get; init; }

    /// <summary>Whether an empty path means the descriptor without a flag.</summary>
    public bool MayBeEmpty { get; init; }

    public override DecodedArgument Decode(ref CallContext call)
    {
        var address = Value(call);
        // Calls with AT_EMPTY_PATH take NULL for an empty path since Linux 6.11.
        var (text, isWhole, length) = address == 0 && IsDescriptorItself(call) ? new("NULL", true, 0) : TargetText.Read(call.Target, address);
        if (!isWhole) return new(Index, Name, text);
        if (length == 0) return new(Index, Name, text.Length == 0 ? "\"\"" : text) { FullPath = IsDescriptorItself(call) ? Base(ref call) : null };
        return new(Index, Name, text) { FullPath = text[0] == '/' ? text : Join(Base(ref call), text) };
    }

    /// <summary>
    /// As the kernel would walk it: "..", "." and links are left as they are, for what they lead to isn't known from the text. A directory
    /// that was removed has the kernel's " (deleted)" behind its name.
    /// </summary>
    public static string? Join(string? directory, string path) =>
        directory is null || !directory.StartsWith('/') ? null : directory.Length == 1 ? "/" + path : string.Concat(directory, "/", path);

    private bool IsDescriptorItself(in CallContext call) => MayBeEmpty || (Flags is { } flags && (call.Argument(flags) & AtEmptyPath) != 0);

    private string? Base(ref CallContext call)
    {
        var fd = Directory is { } directory ? (int)call.Argument(directory) : AtFdCwd;
        return fd == AtFdCwd ? call.WorkingDirectory() : call.Descriptor(fd);
    }
}
