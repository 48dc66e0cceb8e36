using System.Runtime.InteropServices;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Launch;

/// <summary>
/// The launcher's executable in a sealed memfd, made once per process; in an unnamed file where vm.memfd_noexec forbids that.
/// It is executed through /proc/self/fd: no file of ours has a name.
/// </summary>
internal sealed class LauncherImage
{
    private const uint AllowSealing = 2, Exec = 0x10;
    private const int AddSeals = 1033, SealAll = 0xf; // F_ADD_SEALS; F_SEAL_SEAL|SHRINK|GROW|WRITE
    private static readonly Lazy<LauncherImage> Shared = new(() => new(Create(allowMemfd: true)));
    private readonly FileDescriptor _fd;

    private LauncherImage(FileDescriptor fd) => _fd = fd;

    public static LauncherImage Instance => Shared.Value;

    public int Number => _fd.Number;

    /// <summary>The image from a file without a name; for machines where a memfd can't be executed.</summary>
    public static LauncherImage FromFile() => new(Create(allowMemfd: false));

    /// <summary>The image under a number that the child's own descriptors don't overwrite.</summary>
    public FileDescriptor DuplicateAbove(int least) => _fd.DuplicateAbove(least);

    private static FileDescriptor Create(bool allowMemfd)
    {
        var name = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "launcher-x64",
            Architecture.Arm64 => "launcher-arm64",
            var other => throw new SandboxException("Launcher,ARCHITECTURE", SandboxErrorKind.NotInstalled, $"There is no launcher for {other}.", "Run on x64 or arm64."),
        };
        using var resource = typeof(LauncherImage).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The resource {name} is missing from the engine.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return (allowMemfd ? TryMemfd(bytes) : null) ?? ToFile(bytes);
    }

    private static unsafe FileDescriptor? TryMemfd(byte[] bytes)
    {
        fixed (byte* name = Utf8.Terminated("sandbox-launcher"))
        {
            var fd = LibC.memfd_create(name, 1 | AllowSealing | Exec); // MFD_CLOEXEC
            // MFD_EXEC came with Linux 6.3; before, every memfd can be executed.
            if (fd < 0 && LibC.errno == Errno.EINVAL) fd = LibC.memfd_create(name, 1 | AllowSealing);
            if (fd < 0) return null;
            var file = new FileDescriptor(fd);
            WriteAll(file, bytes);
            Check.Result("fcntl", LibC.fcntl(fd, AddSeals, SealAll), "seals of the launcher");
            return file;
        }
    }

    // O_TMPFILE: the file never has a name, so there is none to remove or to replace.
    private static unsafe FileDescriptor ToFile(byte[] bytes)
    {
        using var written = FileDescriptor.Open(Path.GetTempPath(), LibC.O_RDWR | 0x400000 | LibC.O_DIRECTORY, 0b111_000_000);
        WriteAll(written, bytes);
        // A file that is open for writing can't be executed (ETXTBSY).
        return FileDescriptor.Open($"/proc/self/fd/{written.Number}", LibC.O_RDONLY);
    }

    private static unsafe void WriteAll(FileDescriptor file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* at = bytes)
            {
                bytes = bytes[(int)Check.Result("write", (long)LibC.write(file.Number, at, bytes.Length))..];
            }
        }
    }
}
