using System.Runtime.InteropServices;

namespace Sandbox.Launch;

/// <summary>The system calls of the launcher itself, by architecture (arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h).</summary>
internal static unsafe class Kernel
{
    [DllImport("libc", EntryPoint = "sys_raw"), SuppressGCTransition]
    private static extern long SysRaw(long number, long a, long b, long c, long d, long e, long f);

    /// <summary>0 on x86-64, 1 on arm64: one IL serves both, the assembly file knows.</summary>
    [DllImport("libc", EntryPoint = "launcher_arch"), SuppressGCTransition]
    private static extern int Architecture();

    private static int Pick(int x64, int arm64) => Architecture() == 0 ? x64 : arm64;

    public static long Call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) => SysRaw(number, a, b, c, d, e, f);

    public static long Map(int fd, long size) => Call(Pick(9, 222), 0, size, 3, 1, fd, 0); // mmap, PROT_READ|PROT_WRITE, MAP_SHARED
    public static long Close(long fd) => Call(Pick(3, 57), fd);
    public static long CloseRange(long first, long last) => Call(436, first, last, 0);
    public static long Clone(long flags) => Call(Pick(56, 220), flags);
    public static long Clone(long flags, int* childId) => Call(Pick(56, 220), flags, 0, (long)childId); // both architectures take parent_tid third
    public static long Wait4(long pid, int* status, long options, byte* usage) => Call(Pick(61, 260), pid, (long)status, options, (long)usage);
    public static long WaitId(long type, long pid, byte* info, long options) => Call(Pick(247, 95), type, pid, (long)info, options, 0);
    public static long Kill(long pid, long signal) => Call(Pick(62, 129), pid, signal);
    public static long Prctl(long option, long value) => Call(Pick(157, 167), option, value, 0, 0, 0);
    public static long FutexWait(int* word, int value, long* timeout) => Call(Pick(202, 98), (long)word, 0, value, (long)timeout, 0, 0); // shared between processes: no FUTEX_PRIVATE_FLAG
    public static long Poll(byte* fds, long count, long* timeout) => Call(Pick(271, 73), (long)fds, count, (long)timeout, 0, 8); // ppoll
    public static long SignalFd(long* mask) => Call(Pick(289, 74), -1, (long)mask, 8, 0x80800); // signalfd4, SFD_NONBLOCK|SFD_CLOEXEC
    public static long Read(long fd, byte* buffer, long count) => Call(Pick(0, 63), fd, (long)buffer, count);
    public static long Write(long fd, byte* buffer, long count) => Call(Pick(1, 64), fd, (long)buffer, count);
    public static long Open(long directory, byte* path, long flags) => Call(Pick(257, 56), directory, (long)path, flags, 0);
    public static long RemoveDirectory(long directory, byte* path) => Call(Pick(263, 35), directory, (long)path, 0x200); // unlinkat, AT_REMOVEDIR
    public static long ReadDirectory(long fd, byte* buffer, long count) => Call(Pick(217, 61), fd, (long)buffer, count); // getdents64
    public static long SendMessage(long fd, byte* message) => Call(Pick(46, 211), fd, (long)message, 0x4000); // MSG_NOSIGNAL
    public static long Unshare(long flags) => Call(Pick(272, 97), flags);
    public static long GetPid() => Call(Pick(39, 172));
    public static long Yield() => Call(Pick(24, 124));
    public static void Exit(long code) => Call(Pick(231, 94), code); // exit_group

    /// <summary>Sleeps some milliseconds.</summary>
    public static void Sleep(long milliseconds)
    {
        long* time = stackalloc long[2];
        time[0] = 0;
        time[1] = milliseconds * 1000000;
        Call(Pick(35, 101), (long)time, 0);
    }
}
