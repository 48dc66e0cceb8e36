using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>
/// posix_spawn(3): the C library forks without running managed code. The child starts with every signal at its default and
/// blocked, so that nothing reaches it before its plan says so.
/// </summary>
internal static partial class PosixSpawn
{
    // Larger than the C libraries' own types (glibc: 336 and 80 bytes).
    private const int OpaqueSize = 1024;
    private const short SetSigMask = 0x08, SetSigDefault = 0x04, SetSession = 0x80;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static unsafe partial int Spawn(out int pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDup2(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefault(byte* attributes, byte* set);

    /// <summary>Starts a program with an empty environment. Each pair gives a descriptor of ours the number that the child sees.</summary>
    public static unsafe int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<(int From, int To)> descriptors, bool newSession)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[128];
        new Span<byte>(signals, 128).Fill(0xff);
        Succeed("posix_spawn_file_actions_init", ActionsInit(actions));
        try
        {
            foreach (var (from, to) in descriptors) Succeed("posix_spawn_file_actions_adddup2", AddDup2(actions, from, to));
            Succeed("posix_spawnattr_init", AttributesInit(attributes));
            try
            {
                Succeed("posix_spawnattr_setflags", SetFlags(attributes, (short)(SetSigMask | SetSigDefault | (newSession ? SetSession : 0))));
                Succeed("posix_spawnattr_setsigmask", SetMask(attributes, signals));
                Succeed("posix_spawnattr_setsigdefault", SetDefault(attributes, signals));
                return Start(path, arguments, actions, attributes);
            }
            finally
            {
                _ = AttributesDestroy(attributes);
            }
        }
        finally
        {
            _ = ActionsDestroy(actions);
        }
    }

    private static unsafe int Start(string path, IReadOnlyList<string> arguments, byte* actions, byte* attributes)
    {
        var texts = arguments.Select(Utf8.Terminated).ToArray();
        var pins = new GCHandle[texts.Length];
        var argv = stackalloc byte*[texts.Length + 1];
        byte* none = null;
        try
        {
            for (var i = 0; i < texts.Length; i++)
            {
                pins[i] = GCHandle.Alloc(texts[i], GCHandleType.Pinned);
                argv[i] = (byte*)pins[i].AddrOfPinnedObject();
            }

            argv[texts.Length] = null;
            fixed (byte* file = Utf8.Terminated(path))
            {
                Succeed("posix_spawn", Spawn(out var pid, file, actions, attributes, argv, &none));
                return pid;
            }
        }
        finally
        {
            foreach (var pin in pins) if (pin.IsAllocated) pin.Free();
        }
    }

    private static void Succeed(string call, int error)
    {
        if (error != 0) throw new ErrnoException(call, error);
    }
}
