namespace Sandbox;

/// <summary>Where denials are taken from.</summary>
public enum SeccompDenialSource
{
    /// <summary>The best that works for what is watched; the session and each denial say which it is.</summary>
    Auto,

    /// <summary>The listener of a sandbox's own filter (seccomp_unotify(2)): complete, and without any privilege.</summary>
    Notify,

    /// <summary>The audit records of the kernel, by the netlink group AUDIT_NLGRP_READLOG; needs CAP_AUDIT_READ.</summary>
    Audit,

    /// <summary>The same records in the kernel log, which drops most of them; needs CAP_SYSLOG.</summary>
    Kmsg,
}
