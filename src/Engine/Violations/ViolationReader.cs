using System.Buffers.Binary;
using System.Globalization;
using Sandbox.Denials;
using Sandbox.Denials.Decoding;
using Sandbox.Seccomp;
using Sandbox.Violations.Probes;

namespace Sandbox.Violations;

/// <summary>Makes facts of the probe's records.</summary>
internal static class ViolationReader
{
    private const uint SocketMagic = 0x534F434B, PipeMagic = 0x50495045, AnonymousMagic = 0x09041934, NamespaceMagic = 0x6E736673; // linux/magic.h

    /// <summary>The facts of one record; null for a record of another version.</summary>
    public static ViolationFacts? Read(ReadOnlySpan<byte> record)
    {
        if (record.Length < RecordLayout.HeadSize || Number(record, RecordLayout.VersionAt) != (RecordLayout.Version | (RecordLayout.HeadSize << 16))) return null;
        var flags = Number(record, RecordLayout.FlagsAt);
        var number = Number(record, RecordLayout.NumberAt);
        var architecture = Architecture((flags & RecordLayout.CompatFlag) != 0, (uint)number);
        var entry = SyscallTable.For(architecture).Find((uint)number);
        var arguments = new ulong[6];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = Wide(record, RecordLayout.ArgumentsAt + (8 * i));
        var (target, executable, uncertain) = Sections(record, arguments);
        var decoded = entry is null ? [] : ArgumentDecoder.Decode(architecture, entry, arguments, target);
        if (!HasItsPaths(architecture, entry, decoded))
        {
            uncertain = true;
            decoded = Complete(architecture, entry!, arguments, target, Number(record, RecordLayout.ThreadAt)) ?? decoded;
        }

        var paths = Paths(architecture, entry, decoded);
        var kind = Kind(entry?.Name, arguments);
        return new()
        {
            BootTime = Wide(record, RecordLayout.TimeAt),
            Architecture = architecture,
            SyscallNumber = number,
            Entry = entry,
            Arguments = arguments,
            Decoded = decoded,
            Errno = Number(record, RecordLayout.ErrnoAt),
            Process = Number(record, RecordLayout.ProcessAt),
            Thread = Number(record, RecordLayout.ThreadAt),
            NamespaceProcess = Number(record, RecordLayout.NamespaceProcessAt),
            NamespaceThread = Number(record, RecordLayout.NamespaceThreadAt),
            Ancestors = AncestorsOf(record),
            User = (uint)Number(record, RecordLayout.UserAt),
            EffectiveUser = (uint)Number(record, RecordLayout.EffectiveUserAt),
            FileUser = (uint)Number(record, RecordLayout.FileUserAt),
            FileGroup = (uint)Number(record, RecordLayout.FileGroupAt),
            Capabilities = Wide(record, RecordLayout.CapabilitiesAt),
            UserNamespace = (uint)Number(record, RecordLayout.UserNamespaceAt),
            MountNamespace = (uint)Number(record, RecordLayout.MountNamespaceAt),
            Cgroup = Wide(record, RecordLayout.CgroupAt),
            Filters = Number(record, RecordLayout.FiltersAt),
            NoNewPrivileges = (Number(record, RecordLayout.AtomicFlagsAt) & 1) != 0, // PFA_NO_NEW_PRIVS
            Comm = ArgumentText.Of(Terminated(record.Slice(RecordLayout.CommAt, 16))),
            Executable = executable,
            Path = paths.ElementAtOrDefault(0),
            Destination = paths.ElementAtOrDefault(1),
            PathCertain = !uncertain && (flags & RecordLayout.CutFlag) == 0,
            Address = Address(architecture, entry, decoded),
            Category = kind.Category,
            Operation = kind.Operation,
        };
    }

    private static IReadOnlyList<DecodedArgument>? Complete(SeccompArchitecture architecture, SyscallEntry entry, ulong[] arguments, CapturedTarget target, int thread)
    {
        using var task = TargetTask.TryOpen(thread);
        return task is null ? null : ArgumentDecoder.Decode(architecture, entry, arguments, new LivingTarget(target, task));
    }

    private static CallKind Kind(string? call, ulong[] arguments)
    {
        const ulong RemoveDirectory = 0x200; // AT_REMOVEDIR
        var kind = CallKind.Of(call);
        return call == "unlinkat" && (arguments[2] & RemoveDirectory) != 0 ? kind with { Operation = "rmdir" } : kind;
    }

    private static SeccompArchitecture Architecture(bool compat, uint number) => (SeccompArchitectures.Native, compat) switch
    {
        (SeccompArchitecture.X86_64, true) => SeccompArchitecture.X86,
        (SeccompArchitecture.X86_64, false) when (int)number >= 0 && (number & SeccompArchitectures.X32Bit) != 0 => SeccompArchitecture.X32,
        (SeccompArchitecture.AArch64, true) => SeccompArchitecture.Arm,
        var (native, _) => native,
    };

    // The paths in the order of the call's arguments; socket addresses of files have one too.
    private static List<string> Paths(SeccompArchitecture architecture, SyscallEntry? entry, IReadOnlyList<DecodedArgument> decoded)
    {
        var paths = new List<string>(2);
        foreach (var argument in decoded)
        {
            // What mount(2) mounts needn't be a path: where it does is what is refused.
            if (argument.FullPath is { } path && !(entry?.Name == "mount" && argument.Index == 0)) paths.Add(path);
        }

        if (paths.Count > 0 || entry is null) return paths;
        // A call by descriptor alone: what it refers to, as its text has it.
        var parameter = CallSignatures.For(architecture).Find(entry.Number)?.Parameters.OfType<DescriptorParameter>().FirstOrDefault();
        var text = parameter is null ? null : decoded.FirstOrDefault(d => d.Index == parameter.Index)?.Text;
        if (text is not null && text.IndexOf("</", StringComparison.Ordinal) is > 0 and var at && text.EndsWith('>')) paths.Add(text[(at + 1)..^1]);
        return paths;
    }

    // A path that couldn't be read, or whose directory is unknown, has none from the root.
    private static bool HasItsPaths(SeccompArchitecture architecture, SyscallEntry? entry, IReadOnlyList<DecodedArgument> decoded) => entry is null
        || (CallSignatures.For(architecture).Find(entry.Number)?.Parameters ?? []).OfType<PathParameter>().All(p => decoded.FirstOrDefault(d => d.Index == p.Index) is not { FullPath: null } missing || missing.Text is "NULL" or "\"\"");

    private static string? Address(SeccompArchitecture architecture, SyscallEntry? entry, IReadOnlyList<DecodedArgument> decoded)
    {
        if (entry is null) return null;
        var parameter = CallSignatures.For(architecture).Find(entry.Number)?.Parameters.FirstOrDefault(p => p is SocketAddressParameter or MessageParameter);
        return parameter is null ? null : decoded.FirstOrDefault(d => d.Index == parameter.Index)?.Text;
    }

    private static (CapturedTarget Target, string? Executable, bool Uncertain) Sections(ReadOnlySpan<byte> record, ulong[] arguments)
    {
        var target = new CapturedTarget();
        string? executable = null;
        var uncertain = false;
        for (var at = RecordLayout.HeadSize; at + RecordLayout.SectionHead <= record.Length;)
        {
            int kind = BinaryPrimitives.ReadUInt16LittleEndian(record[at..]), index = BinaryPrimitives.ReadUInt16LittleEndian(record[(at + 2)..]), length = Number(record, at + 4);
            at += RecordLayout.SectionHead;
            if (length <= 0) continue; // it couldn't be read: the decoder will miss it
            if (length > record.Length - at) break;
            var bytes = record.Slice(at, length);
            at += (length + 7) & ~7;
            switch (kind)
            {
                case RecordLayout.TextSection when index < arguments.Length:
                    target.AddMemory(arguments[index], bytes);
                    break;
                case RecordLayout.BytesSection when length > 8:
                    target.AddMemory(Wide(bytes, 0), bytes[8..]);
                    break;
                case RecordLayout.PathSection when length >= RecordLayout.PathHead && (index < arguments.Length || index is RecordLayout.WorkingDirectoryIndex or RecordLayout.ExecutableIndex):
                    var (path, certain) = PathText(bytes);
                    if (index == RecordLayout.WorkingDirectoryIndex) target.Directory = path;
                    else if (index == RecordLayout.ExecutableIndex) executable = path;
                    else target.AddDescriptor((int)arguments[index], path);
                    uncertain |= !certain && index != RecordLayout.ExecutableIndex;
                    break;
            }
        }

        return (target, executable, uncertain);
    }

    private static (string Path, bool Certain) PathText(ReadOnlySpan<byte> bytes)
    {
        var (inode, magic, state) = (Wide(bytes, 0), (uint)Number(bytes, 8), Number(bytes, RecordLayout.PathStateAt));
        switch (magic)
        {
            case SocketMagic: return (string.Create(CultureInfo.InvariantCulture, $"socket:[{inode}]"), true);
            case PipeMagic: return (string.Create(CultureInfo.InvariantCulture, $"pipe:[{inode}]"), true);
            case NamespaceMagic: return (string.Create(CultureInfo.InvariantCulture, $"ns:[{inode}]"), true);
        }

        var names = bytes[RecordLayout.PathHead..];
        var parts = new List<string>();
        while (!names.IsEmpty)
        {
            var end = names.IndexOf((byte)0);
            if (end < 0) break;
            parts.Add(ArgumentText.Of(names[..end]));
            names = names[(end + 1)..];
        }

        if (magic == AnonymousMagic) return ("anon_inode:" + parts.FirstOrDefault(), true);
        if ((state & RecordLayout.PathDetached) != 0 && parts.Count > 0 && parts[^1] is "/" or "") parts.RemoveAt(parts.Count - 1);
        parts.Reverse();
        var path = "/" + string.Join('/', parts);
        // As the kernel's own d_path marks what the caller's root doesn't lead to.
        if ((state & RecordLayout.PathOutside) != 0) path = "(unreachable)" + path;
        if ((state & RecordLayout.PathDeleted) != 0) path += " (deleted)";
        return (path, (state & (RecordLayout.PathCut | RecordLayout.PathUnreadable | RecordLayout.PathOutside)) == 0);
    }

    // From the parent on; the first of all processes is its own.
    private static int[] AncestorsOf(ReadOnlySpan<byte> record)
    {
        var all = new List<int>(RecordLayout.Ancestors);
        for (var i = 0; i < RecordLayout.Ancestors; i++)
        {
            var process = Number(record, RecordLayout.AncestorsAt + (4 * i));
            if (process == 0) break;
            all.Add(process);
        }

        return [.. all];
    }

    private static ReadOnlySpan<byte> Terminated(ReadOnlySpan<byte> bytes) => bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes;

    private static int Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);

    private static ulong Wide(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
