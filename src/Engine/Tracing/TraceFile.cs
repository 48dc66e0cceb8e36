using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Sandbox.Native;
using Sandbox.Seccomp;
using Tmds.Linux;

namespace Sandbox.Tracing;

/// <summary>
/// Counts of system calls as NDJSON, one object a line:
/// <c>{"arch":"x86_64","syscall":16,"name":"ioctl","count":42,"denied":1,"errno":1,"args":{"1":[21505,21523]}}</c>. Read, <c>arch</c> may be missing
/// (the machine's), lines of one call add up, and <c>denied</c>, <c>errno</c> and <c>args</c> may be missing.
/// </summary>
public static class TraceFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private static readonly string[] Fields = ["arch", "syscall", "name", "count", "denied", "errno", "args"];

    /// <summary>
    /// Writes a whole file, with the mode 0644 less the umask: another one in the same directory takes its place at once, so that a reader
    /// finds the old counts or the new ones whatever happens to the writer. A symbolic link is replaced and not followed.
    /// </summary>
    public static void Write(string path, IEnumerable<SyscallCount> counts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(counts);
        var temporary = Path.Combine(Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".", $".{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.trace");
        CheckKind(path);
        try
        {
            // O_EXCL and a name that nobody can foresee: no link that another user put there is followed.
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode }))
            {
                file.Write(Encoding.UTF8.GetBytes(string.Concat(counts.Select(c => ToLine(c) + '\n'))));
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            throw Unwritable(path, e is UnauthorizedAccessException ? SandboxErrorKind.PermissionDenied : SandboxErrorKind.ResourceUnavailable, e.Message, e);
        }
    }

    // rename(2) puts a file in the place of a device or a pipe, and root may do so in /dev.
    private static unsafe void CheckKind(string path)
    {
        stat info;
        fixed (byte* text = Utf8.Terminated(path))
        {
            if (LibC.lstat(text, &info) != 0) return; // making the file tells why
        }

        var type = (uint)info.st_mode & 0xf000; // S_IFMT
        if (type == 0x4000) throw Unwritable(path, SandboxErrorKind.InvalidArgument, "it is a directory"); // S_IFDIR
        if (type is not (0x8000 or 0xa000)) throw Unwritable(path, SandboxErrorKind.InvalidArgument, "it is a device, a pipe or a socket"); // S_IFREG, S_IFLNK
    }

    private static SandboxException Unwritable(string path, SandboxErrorKind kind, string why, Exception? inner = null) =>
        new("Trace,CANNOT_WRITE", kind, $"The trace file '{path}' can't be written: {why}", "Give the path of a file in an existing directory that this user may write to.", inner);

    /// <summary>One count as its line.</summary>
    public static string ToLine(SyscallCount count)
    {
        ArgumentNullException.ThrowIfNull(count);
        var text = new StringBuilder();
        using (var writer = new JsonTextWriter(new StringWriter(text, CultureInfo.InvariantCulture)))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("arch");
            writer.WriteValue(count.Architecture);
            writer.WritePropertyName("syscall");
            writer.WriteValue(count.Syscall);
            writer.WritePropertyName("name");
            writer.WriteValue(count.Name);
            writer.WritePropertyName("count");
            writer.WriteValue(count.Count);
            if (count.Denied > 0)
            {
                writer.WritePropertyName("denied");
                writer.WriteValue(count.Denied);
                if (count.Errno is { } errno)
                {
                    writer.WritePropertyName("errno");
                    writer.WriteValue(errno);
                }
            }

            WriteArguments(writer, count.Arguments);
            writer.WriteEndObject();
        }

        return text.ToString();
    }

    /// <summary>Reads a file.</summary>
    public static IReadOnlyList<SyscallCount> Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException("Trace,CANNOT_READ", e is FileNotFoundException or DirectoryNotFoundException ? SandboxErrorKind.ObjectNotFound : SandboxErrorKind.PermissionDenied,
                $"The trace file '{path}' can't be read: {e.Message}", "Give the path of a file that Start-HardenedProcess -Trace or Start-SeccompTrace wrote.", e);
        }
    }

    /// <summary>Reads a text; <paramref name="source"/> names it in errors.</summary>
    public static IReadOnlyList<SyscallCount> Parse(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        var counts = new List<SyscallCount>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            var place = string.Create(CultureInfo.InvariantCulture, $"{source}:{i + 1}");
            counts.Add(One(JsonPlace.Parse(lines[i], place), place));
        }

        return TraceMerge.Of(counts);
    }

    private static SyscallCount One(JObject line, string place)
    {
        JsonPlace.CheckProperties(line, place, Fields);
        var number = CallNumber(line["syscall"] ?? throw JsonPlace.Error(line, place, "the field 'syscall' is missing"), place);
        var architecture = line["arch"] is { } arch ? JsonPlace.Text(arch, place) : SeccompArchitectures.Name(SeccompArchitectures.Native);
        if (SeccompArchitectures.FromName(architecture) is null && !IsAuditValue(architecture)) throw JsonPlace.Error(line["arch"]!, place, $"'{architecture}' is no architecture");
        var count = new SyscallCount
        {
            Architecture = architecture,
            Syscall = number,
            Name = line["name"] is { Type: not JTokenType.Null } name ? JsonPlace.Text(name, place) : null,
            Count = (long)Number(line, "count", place, long.MaxValue, required: true),
            Denied = (long)Number(line, "denied", place, long.MaxValue, required: false),
            Errno = line["errno"] is null ? null : (int)Number(line, "errno", place, SeccompRule.MaximumErrno, required: false),
            Arguments = Arguments(line["args"], place),
        };
        if (count.Denied > count.Count) throw JsonPlace.Error(line["denied"]!, place, "more calls were denied than made");
        return Check(count, line, place);
    }

    // seccomp_data.nr is signed, and programs do call -1.
    private static int CallNumber(JToken token, string place) => token is JValue { Value: long and >= int.MinValue and < 0 and var negative } ? (int)negative : (int)(uint)Value(token, place, uint.MaxValue);

    private static bool IsAuditValue(string text) => text.Length == 10 && text.StartsWith("0x", StringComparison.Ordinal)
        && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    // A name that belongs to another number would allow a call that was never made.
    private static SyscallCount Check(SyscallCount count, JObject line, string place)
    {
        var known = SeccompArchitectures.FromName(count.Architecture) is { } architecture ? SyscallTable.For(architecture).Find((uint)count.Syscall)?.Name : null;
        if (known is not null && count.Name is not null && known != count.Name) throw JsonPlace.Error(line["name"]!, place, $"the call {count.Syscall} of {count.Architecture} is '{known}', not '{count.Name}'");
        return count with { Name = known ?? count.Name };
    }

    private static Dictionary<int, IReadOnlyList<ulong>?> Arguments(JToken? token, string place)
    {
        var arguments = new Dictionary<int, IReadOnlyList<ulong>?>();
        if (token is null) return arguments;
        foreach (var property in JsonPlace.Object(token, place).Properties())
        {
            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > 5) throw JsonPlace.Error(property, place, $"'{property.Name}' is no argument from 0 to 5");
            arguments[index] = property.Value.Type == JTokenType.Null ? null : [.. JsonPlace.Items(property.Value, place).Select(v => Value(v, place, ulong.MaxValue)).Distinct().Order()];
        }

        return arguments;
    }

    private static ulong Number(JObject line, string name, string place, ulong most, bool required) => line[name] is { } token ? Value(token, place, most)
        : required ? throw JsonPlace.Error(line, place, $"the field '{name}' is missing") : 0UL;

    private static ulong Value(JToken token, string place, ulong most)
    {
        BigInteger value = token is JValue { Value: long small } ? small : token is JValue { Value: BigInteger big } ? big : throw JsonPlace.Error(token, place, "a whole number is expected here");
        return value >= 0 && value <= most ? (ulong)value : throw JsonPlace.Error(token, place, $"the number is out of range (0 to {most})");
    }

    private static void WriteArguments(JsonTextWriter writer, IReadOnlyDictionary<int, IReadOnlyList<ulong>?> arguments)
    {
        if (arguments.Count == 0) return;
        writer.WritePropertyName("args");
        writer.WriteStartObject();
        foreach (var (index, values) in arguments.OrderBy(a => a.Key))
        {
            writer.WritePropertyName(index.ToString(CultureInfo.InvariantCulture));
            if (values is null)
            {
                writer.WriteNull();
                continue;
            }

            writer.WriteStartArray();
            foreach (var value in values) writer.WriteValue(value);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
