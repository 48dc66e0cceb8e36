using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>What the machine is told to log.</summary>
public sealed class LoggedActionsTests
{
    [Theory]
    [InlineData(null, LoggedActions.Log)]
    [InlineData("kill_process kill_thread trap errno user_notif trace log", LoggedActions.Log)]
    [InlineData("kill_process errno", LoggedActions.Errno)]
    [InlineData("trace", LoggedActions.Trace)]
    public void TheCanaryUsesAnActionThatIsLogged(string? setting, uint action) => Assert.Equal(action, LoggedActions.ForCanary(setting));

    [Fact]
    public void WhereOnlyKillsAreLoggedTheRemedyIsNamed()
    {
        var error = Assert.Throws<SandboxException>(() => LoggedActions.ForCanary("kill_process"));
        Assert.Equal("WatchSeccompDenial,ACTIONS_NOT_LOGGED", error.ErrorId);
        Assert.Equal("sysctl -w kernel.seccomp.actions_logged=\"kill_process errno log\"", error.Remedy);
    }

    [Fact]
    public void WhatIsLeftOutIsTold()
    {
        Assert.Null(LoggedActions.Missing("kill_process kill_thread trap errno user_notif trace log"));
        Assert.Equal("kernel.seccomp.actions_logged leaves out trap, errno", LoggedActions.Missing("kill_process kill_thread user_notif trace log"));
    }
}
