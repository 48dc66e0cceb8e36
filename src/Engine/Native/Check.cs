using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>Turns the return values of native calls into exceptions; errno is read at once.</summary>
internal static class Check
{
    /// <summary>The result, or an <see cref="ErrnoException"/> where it is negative.</summary>
    public static int Result(string call, int result, string? detail = null) =>
        result >= 0 ? result : throw new ErrnoException(call, LibC.errno, detail);

    /// <summary>The result, or an <see cref="ErrnoException"/> where it is negative.</summary>
    public static long Result(string call, long result, string? detail = null) =>
        result >= 0 ? result : throw new ErrnoException(call, LibC.errno, detail);
}
