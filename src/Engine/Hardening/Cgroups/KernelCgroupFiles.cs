using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace Sandbox.Hardening;

/// <summary>The machine's own tree, by system calls, because the errno decides about the remedy.</summary>
internal sealed unsafe class KernelCgroupFiles : ICgroupFiles
{
    public static readonly KernelCgroupFiles Instance = new();

    public int MakeDirectory(string path)
    {
        fixed (byte* p = Path(path))
            return LibC.mkdir(p, 0b111_101_101) == 0 ? 0 : LibC.errno;
    }

    public int RemoveDirectory(string path)
    {
        fixed (byte* p = Path(path))
            return LibC.rmdir(p) == 0 ? 0 : LibC.errno;
    }

    public int Write(string path, string text)
    {
        using SafeFileHandle? file = Open(path, LibC.O_WRONLY, out int errno);
        if (file is null)
            return errno;
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        fixed (byte* p = bytes)
        {
            ssize_t written = LibC.write((int)file.DangerousGetHandle(), p, bytes.Length);
            return (long)written < 0 ? LibC.errno : (long)written == bytes.Length ? 0 : Native.Errno.EIO;
        }
    }

    public int Read(string path, out string text)
    {
        text = "";
        using SafeFileHandle? file = Open(path, LibC.O_RDONLY, out int errno);
        if (file is null)
            return errno;
        var result = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (true)
        {
            fixed (byte* p = buffer)
            {
                long read = (long)LibC.read((int)file.DangerousGetHandle(), p, buffer.Length);
                if (read < 0)
                    return LibC.errno;
                if (read == 0)
                    break;
                result.Append(Encoding.ASCII.GetString(buffer, 0, (int)read));
            }
        }

        text = result.ToString();
        return 0;
    }

    public IReadOnlyList<string> Directories(string path)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(path).Select(d => System.IO.Path.GetFileName(d))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static SafeFileHandle? Open(string path, int flags, out int errno)
    {
        fixed (byte* p = Path(path))
        {
            int fd = LibC.open(p, flags | LibC.O_CLOEXEC);
            errno = fd < 0 ? LibC.errno : 0;
            return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
        }
    }

    private static byte[] Path(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
