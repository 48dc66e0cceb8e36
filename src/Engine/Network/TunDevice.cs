using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Network;

/// <summary>The device by which a program such as pasta is the other end of an interface (Documentation/networking/tuntap).</summary>
internal static class TunDevice
{
    private const string Path = "/dev/net/tun";

    /// <summary>Makes sure that the caller may open it: without it pasta would wait for ever.</summary>
    public static void Require()
    {
        try
        {
            FileDescriptor.Open(Path, LibC.O_RDWR).Dispose();
        }
        catch (ErrnoException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            throw new SandboxException($"tun,{Errno.Name(e.Errno)}", SandboxErrorKind.PermissionDenied, $"-Network User needs {Path}, which can't be opened: {Errno.Name(e.Errno)}{Mode()}.", $"chmod 0666 {Path}, which is udev's default: an interface needs its own privilege. Or use -Network None or Host.", e);
        }
        catch (ErrnoException e)
        {
            throw new SandboxException($"tun,{Errno.Name(e.Errno)}", SandboxErrorKind.NotInstalled, $"-Network User needs {Path}, which can't be opened: {Errno.Name(e.Errno)}.", "modprobe tun; in a container pass the device in (docker: --device /dev/net/tun). The kernel needs CONFIG_TUN.", e);
        }
    }

    private static string Mode()
    {
        try
        {
            return $" (its mode is {Convert.ToString((int)File.GetUnixFileMode(Path), 8).PadLeft(4, '0')})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // its directory is closed too
        }
    }
}
