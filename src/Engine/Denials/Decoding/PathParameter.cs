namespace Sandbox.Denials.Decoding;

/// <summary>A path, from the root, from a directory's descriptor, or from the working directory.</summary>
internal sealed class PathParameter : Parameter
{
    private const int AtFdCwd = -100;

    /// <summary>The parameter that holds the directory; null for the working directory.</summary>
    public int? Directory { get; init; }

    /// <summary>The flag by which an empty path means the directory's descriptor itself, such as AT_EMPTY_PATH; null where there is none.</summary>
    public UseCondition? MayBeEmpty { get; init; }

    /// <summary>Whether it does without a flag.</summary>
    public bool IsAlwaysMayBeEmpty { get; init; }

    /// <summary>Whether NULL means the descriptor, as for utimensat(2).</summary>
    public bool MayBeNull { get; init; }

    public override DecodedArgument Decode(ref CallContext call)
    {
        var address = Value(call);
        // NULL is an empty path since Linux 6.11 where the flag allows one.
        if (address == 0) return new(Index, Name, "NULL") { FullPath = MayBeNull || IsDescriptorItself(call) ? Base(ref call) : null };
        var (text, isWhole, length) = TargetText.Read(call.Target, address);
        if (!isWhole) return new(Index, Name, text);
        if (length == 0) return new(Index, Name, "\"\"") { FullPath = IsDescriptorItself(call) ? Base(ref call) : null };
        return new(Index, Name, text) { FullPath = text[0] == '/' ? text : Join(Base(ref call), text) };
    }

    /// <summary>
    /// As the kernel would walk it: "..", "." and links are left as they are, for what they lead to isn't known from the text. A directory
    /// that was removed has the kernel's " (deleted)" behind its name.
    /// </summary>
    public static string? Join(string? directory, string path) =>
        directory is null || !directory.StartsWith('/') ? null : directory.Length == 1 ? "/" + path : string.Concat(directory, "/", path);

    private bool IsDescriptorItself(in CallContext call) => IsAlwaysMayBeEmpty || (MayBeEmpty is { } flag && flag.Holds(call));

    private string? Base(ref CallContext call)
    {
        var fd = Directory is { } directory ? (int)call.Argument(directory) : AtFdCwd;
        return fd == AtFdCwd ? call.WorkingDirectory() : call.Descriptor(fd);
    }
}
