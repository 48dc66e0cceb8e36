namespace Sandbox.Capture;

/// <summary>Whose a socket is.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="ThreadId">Its thread that used the socket last; 0 where it has several and none has used it since the start.</param>
/// <param name="Name">The process's name (proc_pid_comm(5)), at most 15 bytes.</param>
internal readonly record struct SocketOwner(int ProcessId, int ThreadId, string Name);
