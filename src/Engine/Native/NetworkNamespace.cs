using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>
/// Another process's network namespace. setns(2) moves the calling thread alone and for good, so that what is done in there is done on a
/// thread of its own, which ends with it; a socket that it opens stays in the namespace.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET

    private NetworkNamespace(FileDescriptor file) => File = file;

    public FileDescriptor File { get; }

    public static NetworkNamespace Of(int pid) => new(FileDescriptor.Open($"/proc/{pid}/ns/net", LibC.O_RDONLY));

    /// <summary>The one that a descriptor is of; it is closed with this.</summary>
    public static NetworkNamespace Of(FileDescriptor file) => new(file);

    /// <summary>Moves the calling thread, which must be one of its own.</summary>
    public static void Enter(FileDescriptor file)
    {
        if (Call(file.Number, NewNetwork) != 0) throw new ErrnoException("setns", Marshal.GetLastPInvokeError(), "network namespace");
    }

    /// <summary>Runs something inside and returns what it returns.</summary>
    public T Run<T>(Func<T> action)
    {
        T? result = default;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(File);
                result = action();
            }
            catch (Exception e)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
            }
        }) { IsBackground = true, Name = "Sandbox.Network" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    public void Dispose() => File.Dispose();

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Call(int fd, int type);
}
