using Sandbox.Native;

namespace Sandbox.Launch;

/// <summary>The target's standard input, output and error.</summary>
internal sealed record LaunchStdio(FileDescriptor Input, FileDescriptor Output, FileDescriptor Error);
