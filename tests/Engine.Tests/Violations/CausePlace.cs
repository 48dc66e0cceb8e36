using System.Net.Sockets;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Violations;

/// <summary>The files that the labelled calls are about, on the host's own disk; removed with their attributes.</summary>
public sealed class CausePlace : IDisposable
{
    public const int User = 54321, Group = 54322;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public CausePlace()
    {
        Root = Directory.CreateDirectory($"/var/lib/sandbox-cause-{Environment.ProcessId}-{Guid.NewGuid():N}").FullName;
        Mode(Root, "755");
        using var source = new StreamReader(typeof(CausePlace).Assembly.GetManifestResourceStream("causes.c")!);
        Program = CProgram.Compile(source.ReadToEnd(), Root);
        Mode(Program, "755");
        foreach (var (name, mode, owner) in new[]
        {
            ("secret", "600", "0:0"), ("readable", "644", "0:0"), ("group-reads", "640", $"0:{Group}"), ("group-less", "604", $"0:{Group}"), ("listed", "644", "0:0"), ("users", "600", $"{User}:{User}"),
            ("closed/file", "644", "0:0"), ("closed/inner/file", "600", "0:0"), ("mine/file", "644", $"{User}:{User}"), ("sticky/file", "666", "0:0"), ("open/file", "644", "0:0"),
            ("theirs/file", "644", $"{User}:{User}"), ("immutable", "666", "0:0"), ("append", "666", "0:0"), ("work/users", "600", $"{User}:{User}"),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.WriteAllText(At(name), name);
            Mode(At(name), mode);
            Do("chown", owner, At(name));
        }

        foreach (var (name, mode, owner) in new[] { ("closed/inner", "755", "0:0"), ("closed", "700", "0:0"), ("mine", "755", $"{User}:{User}"), ("sticky", "1777", "0:0"), ("open", "755", "0:0"), ("theirs", "755", $"{User}:{User}"), ("work", "755", "0:0") })
        {
            Mode(At(name), mode);
            Do("chown", owner, At(name));
        }

        File.WriteAllText(At("script"), $"#!{At("readable")}\n");
        Mode(At("script"), "755");
        File.CreateSymbolicLink(At("to-secret"), "secret");
        File.CreateSymbolicLink(At("to-usr"), "/usr/sandbox-cause-new");
        File.CreateSymbolicLink(At("mine/out"), "../mine/further");
        File.CreateSymbolicLink(At("mine/further"), At("closed/file"));
        File.CreateSymbolicLink(At("work/out"), "../readable");
        File.CreateSymbolicLink(At("sticky/link"), At("readable"));
        Do("chown", "-h", $"{Group}:{Group}", At("sticky/link"));
        // user::rw- user:54321:--- group::r-- mask::r-- other::r--, as linux/posix_acl_xattr.h has it
        Do("python3", "-c", $"import os,struct;os.setxattr('{At("listed")}','system.posix_acl_access',struct.pack('<I',2)+b''.join(struct.pack('<HHI',*e) for e in ((1,6,4294967295),(2,0,{User}),(4,4,4294967295),(16,4,4294967295),(32,4,4294967295))))");
        Do("chattr", "+i", At("immutable"));
        Do("chattr", "+a", At("append"));
        _socket.Bind(new UnixDomainSocketEndPoint(At("socket")));
        _socket.Listen();
        Mode(At("socket"), "600");
        _abstract.Bind(new UnixDomainSocketEndPoint("\0" + AbstractName));
        _abstract.Listen();
    }

    public string Root { get; }

    public string Program { get; }

    public string AbstractName { get; } = $"sandbox-cause-{Environment.ProcessId}";

    public string At(string name) => Path.Combine(Root, name);

    /// <summary>The text of a case with its places.</summary>
    public string Fill(string text) => text.Replace("{D}", Root, StringComparison.Ordinal).Replace("{W}", At("work"), StringComparison.Ordinal)
        .Replace("{TEST}", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{SOCKET}", AbstractName, StringComparison.Ordinal);

    public void Dispose()
    {
        _socket.Dispose();
        _abstract.Dispose();
        foreach (var name in new[] { "immutable", "append" })
        {
            if (File.Exists(At(name))) CProgram.Run("chattr", ["-ia", At(name)]);
        }

        Directory.Delete(Root, recursive: true);
    }

    private static void Mode(string path, string mode) => Do("chmod", mode, path);

    private static void Do(string command, params string[] arguments)
    {
        var (code, _, error) = CProgram.Run(command, arguments);
        Assert.True(code == 0, $"{command} {string.Join(' ', arguments)}: {error}");
    }
}
