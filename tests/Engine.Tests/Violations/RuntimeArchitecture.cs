using System.Runtime.InteropServices;

namespace Sandbox.Tests.Violations;

/// <summary>What this machine is.</summary>
internal static class RuntimeArchitecture
{
    public static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;
}
